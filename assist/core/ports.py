"""The five places where something can be plugged in: audio source, recogniser, classifier, playbook, sink.

Each is a protocol of one or two methods; there is no base class to inherit. A playbook is data (`assist.core.playbook`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from assist.core.events import AudioFrame, AudioGap, CallEvent, Channel, Fault, Judgement, Transcript
from assist.core.spans import Span
from assist.core.state import CallState

Heard = AudioFrame | AudioGap | Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribeJob:
    """Work for a recogniser: one utterance, or its beginning.

    `pcm` is float32 mono at 16 kHz, exactly `span`. A job that is not `final` may be replaced by a newer one of the same
    utterance before it runs; a final one is always run. At a `pause` the text becomes the final one if speech does not go on.
    `prefix` is settled: an engine that can decodes only what follows it, and every answer begins with it. `hotwords` are words
    to expect, most useful first, and `before` is what the call said just before; an engine uses as much as it has room for.
    """

    utterance: str
    channel: Channel
    revision: int
    span: Span
    pcm: NDArray[np.float32]
    final: bool
    pause: bool = False
    prefix: str = ""
    hotwords: tuple[str, ...] = ()
    before: str = ""
    words: bool = False  # give the time of each word too
    voiced: float = 1.0  # mean probability that a window of the sound holds speech

    @property
    def settles(self) -> bool:
        """Whether the text is, or may become, what stands: worth a second try where the first is doubtful."""
        return self.final or self.pause

    def answer(self, text: str, *, suspect: bool = False) -> Transcript:
        """The transcript that this job's text makes."""
        return Transcript(
            utterance=self.utterance,
            channel=self.channel,
            revision=self.revision,
            span=self.span,
            text=text,
            final=self.final,
            suspect=suspect,
        )


@dataclass(frozen=True, slots=True)
class EngineCapabilities:
    """What a recogniser can do; wiring refuses combinations that cannot work."""

    partials: bool
    word_times: bool
    hotwords: bool
    languages: tuple[str, ...]
    prefix: bool = False  # decodes only what follows a job's prefix
    batch: int = 1  # jobs that are decoded together in less time than one after the other


class AsrEngine(Protocol):
    """Speech to text. Called from one worker thread only."""

    name: str
    capabilities: EngineCapabilities

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        """The texts of jobs in their order, Simplified; empty where nothing was said. Raises `EngineError`.

        Never given more jobs at once than `capabilities.batch`.
        """
        ...


class Classifier(Protocol):
    """Answers one question about one utterance's final text."""

    name: str

    def classify(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        """Judgements with score and evidence; nothing when the question does not apply."""
        ...


@runtime_checkable
class EarlyClassifier(Protocol):
    """A classifier that may speak before an utterance has ended."""

    name: str

    def classify_partial(self, transcript: Transcript, state: CallState) -> Iterable[Judgement]:
        """Judgements of the part of an unfinished text that no later version changes (its first `stable` characters)."""
        ...


class Encoder(Protocol):
    """Sentences as vectors whose direction is their meaning."""

    name: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, shape (len(texts), d). Raises `EngineError` when it cannot be loaded."""
        ...


class Head(Protocol):
    """A small trained model over the features of a sentence."""

    name: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]  # what it wants to know of the word lists, after the other features
    least: float  # probability from which its answer is worth saying, chosen on sentences it was not fitted to

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """How likely each label is: from shape (n, d) to (n, len(labels)); rows sum to 1."""
        ...


class AudioSource(Protocol):
    """Where the sound of a call comes from."""

    def heard(self) -> Iterator[Heard]:
        """Frames of both channels in the order of call time, agent before customer; gaps and faults where they are.

        Raises `SourceError` before the first frame when the source cannot be read at all.
        """
        ...


class Sink(Protocol):
    """Where events go: a log, the overlay, a terminal."""

    name: str

    def publish(self, seq: int, event: CallEvent) -> None:
        """Takes one event. Called in order, from one thread; may be slow."""
        ...

    def close(self) -> None:
        """The call is over; nothing follows."""
        ...
