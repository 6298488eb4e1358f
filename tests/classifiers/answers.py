"""Trained heads whose answer is a rule of the test's own, and an encoder that tells them which sentence it was."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assist.core.events import Channel, SpeechEnded, VoiceMeasured
from assist.core.lexicon import Lexicon
from assist.core.spans import Span, from_seconds
from assist.core.state import CallState, fold
from classifiers.features import Features
from classifiers.trained import Trained

Rule = Callable[[str], Mapping[str, float]]
_STEP = 0.001  # radians from one sentence to the next
_UNMEASURED: Mapping[str, float | None] = {
    **dict.fromkeys(("rate", "level_db", "relative_db", "pitch_hz", "pitch_range_st", "talk_share")),
    "pauses": 0,
    "overlap": 0,
}


class Numbering:
    """Every sentence is a direction in the plane of its own, from which it can be told again."""

    name = "numbering"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += [text for text in dict.fromkeys(texts) if text not in self.texts]
        angles = np.array([self.texts.index(text) for text in texts]) * _STEP
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def sentence(self, features: NDArray[np.float32]) -> str:
        return self.texts[round(float(np.arctan2(features[1], features[0])) / _STEP)]


class Letters:
    """The sentence as its characters, each in one of sixteen directions."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 16), np.float32)
        for row, text in enumerate(texts):
            for char in text or " ":
                vectors[row, ord(char) % 16] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class RuleHead:
    """Answers each sentence by a rule; what the rule leaves over goes to the first label."""

    columns: tuple[str, ...] = ()

    def __init__(self, name: str, labels: Sequence[str], rule: Rule, least: float = 0.5) -> None:
        self.name, self.labels, self.least = name, tuple(labels), least
        self.rule = rule
        self.sentence: Callable[[NDArray[np.float32]], str] = lambda features: ""
        self.asked: list[str] = []

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = np.zeros((len(features), len(self.labels)), np.float32)
        for row, sentence in enumerate(map(self.sentence, features)):
            self.asked.append(sentence)
            for label, probability in self.rule(sentence).items():
                rows[row, self.labels.index(label)] = probability
            rows[row, 0] += 1 - rows[row].sum()
        return rows


def trained(*heads: RuleHead, lexicon: Lexicon | None = None) -> Trained:
    """The heads, ready to be asked."""
    encoder = Numbering()
    for head in heads:
        head.sentence = encoder.sentence
    return Trained(Features(lexicon or Lexicon(), encoder), heads)


def always(**answer: float) -> Rule:
    """The same answer to every sentence."""
    return lambda text: answer


def voiced(
    state: CallState,
    utterance: str,
    *,
    channel: Channel = Channel.CUSTOMER,
    at: float = 0,
    seconds: float = 4,
    **measures: float | None,
) -> CallState:
    """The call after an utterance has ended and its voice was measured; times in seconds, `measures` as in the event."""
    span = Span(from_seconds(at), from_seconds(at + seconds))
    state = fold(state, SpeechEnded(at=span.end, channel=channel, utterance=utterance, span=span))
    measured = VoiceMeasured(at=span.end, utterance=utterance, channel=channel, **{**_UNMEASURED, **measures})
    return fold(state, measured)
