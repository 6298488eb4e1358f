"""Sentences that mean about the same as the examples of a cue, in whatever words."""

from collections.abc import Iterable, Iterator

import numpy as np

from assist.core.events import Evidence, Judgement, Transcript
from assist.core.playbook import Playbook
from assist.core.ports import Encoder
from assist.core.state import CallState
from assist.core.triggers import OnMeaning, singles
from classifiers.signalled import signalled

_LEAST, _MOST = 4, 120  # characters; fewer mean anything, more mean too much at once


class Meanings:
    """Compares each sentence with the examples of all triggers on meaning. The examples are encoded at the first one."""

    name = "meaning"

    def __init__(self, playbook: Playbook, encoder: Encoder) -> None:
        self._encoder = encoder
        self._triggers = tuple(_triggers(playbook))
        examples = [text for trigger in self._triggers for text in (*trigger.like, *trigger.unlike)]
        self._places = {text: i for i, text in enumerate(dict.fromkeys(examples))}
        self._vectors: np.ndarray | None = None

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        asked = [trigger for trigger in self._triggers if trigger.channel is transcript.channel]
        if not asked or not _LEAST <= len(transcript.text) <= _MOST:
            return
        if self._vectors is None:
            self._vectors = self._encoder.encode(list(self._places))
        near = self._vectors @ self._encoder.encode([transcript.text])[0]
        for trigger in asked:
            nearest = max(trigger.like, key=lambda text: float(near[self._places[text]]))
            score = float(near[self._places[nearest]])
            against = max((float(near[self._places[text]]) for text in trigger.unlike), default=-1.0)
            if score >= trigger.at_least and score > against:
                why = Evidence(why=f"意思接近“{nearest}”", utterance=transcript.utterance)
                yield signalled(transcript, "phrase", trigger.key, round(min(score, 1.0), 3), why)


def _triggers(playbook: Playbook) -> Iterator[OnMeaning]:
    for entry in playbook.entries:
        for trigger in entry.when:
            yield from (part for part in singles(trigger) if isinstance(part, OnMeaning))
