"""Words that speak for a kind of call, while nobody has said which kind it is."""

from collections.abc import Iterable

from assist.core.events import Evidence, Judgement, Transcript
from assist.core.lexicon import Weighted
from assist.core.playbook import Playbook
from assist.core.scenes import SIGNAL, is_open
from assist.core.state import CallState
from classifiers.phrases import PhraseSet
from classifiers.signalled import signalled


class Scenes:
    """Listens for the signs of all scenes; what was heard in one utterance counts once for each sign."""

    name = "scenes"

    def __init__(self, playbook: Playbook) -> None:
        self._limits = playbook.thresholds
        self._signs: tuple[tuple[str, Weighted, PhraseSet], ...] = tuple(
            (scene.id, sign, PhraseSet(sign.phrases)) for scene in playbook.scenes.values() for sign in scene.signs
        )

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        if not is_open(state, self._limits):
            return
        for scene, sign, phrases in self._signs:
            if sign.label not in ("both", transcript.channel.value):
                continue
            hit = phrases.find(transcript.text)
            if hit is not None:
                why = sign.why or f"听到“{hit.matched}”"
                evidence = Evidence(why=why, utterance=transcript.utterance)
                yield signalled(transcript, SIGNAL, scene, round(sign.weight * hit.score, 3), evidence)
