"""What can be replayed besides a recording: an annotated call, whose turns stand in for the recogniser, and an event log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assist.core.events import AudioFrame, CallStarted, Channel, Fault, Noted, Transcribed, Transcript
from assist.core.ports import EngineCapabilities, Heard, TranscribeJob
from assist.core.spans import RATE, WINDOW, Span, from_seconds
from assist.core.wire import Recorded
from assist.training.calls import AnnotatedCall, Turn

_TAIL_SECONDS = 1.5
_SILENT_DB = -120.0
_LEVELS_DB = {"low": -35.0, "normal": -26.0, "high": -20.0}  # as loud as voices of these labels reach a recorder


class AnnotatedSource:
    """Frames of an annotated call: silence as sound, and speech exactly where a turn is, as loud as its label says."""

    channels = (Channel.AGENT, Channel.CUSTOMER)

    def __init__(self, call: AnnotatedCall) -> None:
        self._turns = call.turns

    @property
    def seconds(self) -> float:
        """How long the call is."""
        return max((turn.end for turn in self._turns), default=0.0) + _TAIL_SECONDS

    def heard(self) -> Iterator[Heard]:
        turns = {c: [(_span(t), _LEVELS_DB[t.loudness]) for t in self._turns if t.channel is c] for c in self.channels}
        silence = np.zeros(WINDOW, np.float32)
        for start in range(0, int(self.seconds * RATE), WINDOW):
            window = Span(start, start + WINDOW)
            for channel in self.channels:
                spoken = (level for span, level in turns[channel] if span.overlap(window) > WINDOW // 2)
                level = max(spoken, default=_SILENT_DB)
                measured = (np.array([one], np.float32) for one in (level > _SILENT_DB, level))
                yield AudioFrame(channel, start, silence, *measured)


class AnnotatedEngine:
    """Answers a job with what its turns say in that stretch; a turn that is cut is shared out by time."""

    name = "annotation"
    capabilities = EngineCapabilities(partials=True, word_times=False, hotwords=False, languages=("zh",))

    def __init__(self, call: AnnotatedCall) -> None:
        self._turns = call.turns

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        return [self._answer(job) for job in jobs]

    def _answer(self, job: TranscribeJob) -> Transcript:
        return job.answer("".join(self._said(turn, job.span) for turn in self._turns if turn.channel is job.channel))

    @staticmethod
    def _said(turn: Turn, span: Span) -> str:
        whole = _span(turn)
        if not whole.overlap(span):
            return ""
        slack = WINDOW  # window edges do not fall on the turn's edges
        begin = 0 if span.start <= whole.start + slack else _share(turn, span.start - whole.start)
        end = len(turn.text) if span.end >= whole.end - slack else _share(turn, span.end - whole.start)
        return turn.text[begin:end]


def _span(turn: Turn) -> Span:
    return Span(from_seconds(turn.start), from_seconds(turn.end))


def _share(turn: Turn, samples: int) -> int:
    """How many characters of a turn have been said after so many samples."""
    return round(len(turn.text) * samples / max(1, len(_span(turn))))


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """What an event log says was heard; the session concludes the rest again."""

    call_id: str
    started: CallStarted
    inputs: tuple[Noted | Transcribed, ...]
    end: int

    @classmethod
    def from_log(cls, records: Sequence[Recorded]) -> "LoggedCall":
        """The inputs in a log; raises `ValueError` when it does not begin with the start of a call."""
        first = records[0].event
        if not isinstance(first, CallStarted):
            raise ValueError("the log does not begin with call_started")
        inputs = [r.event for r in records[1:] if isinstance(r.event, Noted | Transcribed) and not _concluded(r.event)]
        return cls(records[0].call_id, first, tuple(inputs), records[-1].event.at)


def _concluded(event: Noted | Transcribed) -> bool:
    """Whether the session said this itself, and will say it again."""
    return isinstance(event, Fault) and event.component == "classifier"
