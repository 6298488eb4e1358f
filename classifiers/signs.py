"""Signs of a difficult customer, of a claim that is not meant well, and of what stands behind a complaint."""

from collections.abc import Iterable

from assist.core.events import Channel, Evidence, Judgement, Transcript
from assist.core.state import CallState
from classifiers.signalled import signalled
from classifiers.trained import Trained
from classifiers.weights import quoted

NEEDS = ("compensation", "respect", "venting")
MALICIOUS = ("rising_claim", "no_evidence", "media", "key_date", "special_person", "threat")
_NONE = "none"
_LEAST = 8  # characters; nobody shows a manner in fewer


class Signs:
    """At most one a sentence: `need`, `malicious` or `difficult`; weak by itself, telling when it comes again."""

    name = "sign"

    def __init__(self, trained: Trained) -> None:
        self._trained = trained

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if transcript.channel is not Channel.CUSTOMER or len(transcript.text) < _LEAST:
            return
        answer = self._trained.ask("sign", transcript.text)
        sign = None if answer is None else self._trained.likeliest("sign", answer, _NONE)
        if sign is None:
            return
        label, p = sign
        signal = "need" if label in NEEDS else "malicious" if label in MALICIOUS else "difficult"
        why = Evidence(why=f"客户说{quoted(transcript.text)}", utterance=transcript.utterance)
        yield signalled(transcript, signal, label, round(p, 3), why)
