"""faster-whisper as it comes, behind the same port: what our own decoding is measured against.

Nothing is added and nothing taken away: `WhisperModel.transcribe` with a beam of 5 for utterances, and
`BatchedInferencePipeline` with its own defaults for whole recordings.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.events import Channel, Transcript
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import Span, from_seconds

LANGUAGE = "zh"
BEAM = 5
BATCH = 8


class PlainWhisper:
    """One loaded model. Not thread-safe. Raises `EngineError` when the weights cannot be loaded."""

    capabilities = EngineCapabilities(partials=False, word_times=False, hotwords=False, languages=(LANGUAGE,))

    def __init__(self, folder: Path, device: str, compute_type: str, threads: int) -> None:
        self.name = f"WhisperModel.transcribe, beam {BEAM}"
        try:
            self._whisper = WhisperModel(str(folder), device=device, compute_type=compute_type, cpu_threads=threads)
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(
                "engine.load", f"the weights in {folder} cannot be loaded ({error}); run: assist models verify"
            ) from error

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        return [job.answer(self._said(job.pcm)) for job in jobs]

    def _said(self, pcm: NDArray[np.float32]) -> str:
        segments, _ = self._whisper.transcribe(pcm, language=LANGUAGE, beam_size=BEAM)
        return "".join(segment.text for segment in segments)

    def whole(self, pcm: NDArray[np.float32], channel: Channel) -> list[Transcript]:
        """All texts of one channel of a recording, float32 mono at 16 kHz, as fast as the batched pipeline goes."""
        segments, _ = BatchedInferencePipeline(self._whisper).transcribe(pcm, language=LANGUAGE, batch_size=BATCH)
        return [
            Transcript(
                utterance=f"{channel.value[0]}{number}",
                channel=channel,
                revision=1,
                span=Span(from_seconds(segment.start), max(from_seconds(segment.start), from_seconds(segment.end))),
                text=segment.text,
                final=True,
            )
            for number, segment in enumerate(segments, 1)
        ]
