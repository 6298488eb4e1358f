"""Signs of a difficult customer, of a claim that is not meant well, and of what stands behind a complaint."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Signal, Transcript
from assist.core.state import CallState
from classifiers.trained import Trained, best

NEEDS = ("compensation", "respect", "venting")
MALICIOUS = ("rising_claim", "no_evidence", "media", "key_date", "special_person", "threat")
_NONE = "none"
_LEAST = 8  # characters; nobody shows a manner in fewer
_SHOWN = 24  # characters of the sentence that is quoted


class Signs:
    """At most one a sentence: `need`, `malicious` or `difficult`; weak by itself, telling when it comes again."""

    name = "sign"

    def __init__(self, trained: Trained) -> None:
        self._trained = trained

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER or len(transcript.text) < _LEAST:
            return
        answer = self._trained.ask("sign", transcript.text)
        if answer is None or 1 - answer[_NONE] < self._trained.least("sign"):
            return
        label, p = best({label: p for label, p in answer.items() if label != _NONE})
        signal = "need" if label in NEEDS else "malicious" if label in MALICIOUS else "difficult"
        why = Evidence(why=f"客户说“{transcript.text[:_SHOWN]}”", utterance=transcript.utterance)
        yield Judgement(
            Signal(signal=signal, label=label, score=round(p, 3), utterance=transcript.utterance, evidence=(why,))
        )
