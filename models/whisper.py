"""faster-whisper behind the ASR port: short-mel decoding on CTranslate2 with guards.

Whisper was trained on 30 s windows, but its encoder in CTranslate2 takes a shorter mel. Speech plus 1.5 s of silence
encodes several times faster at the same error rate, provided that loops are caught: a token cap from the duration, a
repetition guard, and one more try with longer padding and without hotwords (which leak into short clips).
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ctranslate2
import numpy as np
import opencc
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_ctranslate2_storage, get_suppressed_tokens
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.events import Transcript
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import RATE
from models import guards

log = logging.getLogger(__name__)

_TIMESTAMP_SECONDS = 0.02
_MOST_HOTWORD_TOKENS = 32  # more terms help each other less than they dilute: 45 gave the scene's own word up
_NO_SPEECH = 0.6


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode; times in seconds."""

    language: str = "zh"
    padding: float = 1.5
    least: float = 3.0  # a mel shorter than this loops more often
    retry_padding: float = 3.0
    retry_beam: int = 5
    threads: int = 2
    compute_type: str = "int8"


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    log_probability: float
    no_speech: float
    capped: bool


class FasterWhisper:
    """One loaded model. Not thread-safe: it belongs to one worker."""

    capabilities = EngineCapabilities(partials=True, word_times=False, hotwords=True, languages=("zh",))

    def __init__(
        self, folder: Path, name: str, hotwords: tuple[str, ...] = (), options: DecodeOptions | None = None
    ) -> None:
        self.name = f"faster-whisper {name}"
        self._options = options or DecodeOptions()
        try:
            self._whisper = WhisperModel(
                str(folder), device="cpu", compute_type=self._options.compute_type, cpu_threads=self._options.threads
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(
                "engine.load", f"the weights in {folder} cannot be loaded ({error}); run: assist models verify"
            ) from error
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language=self._options.language,
        )
        self._suppressed = list(get_suppressed_tokens(self._tokenizer, [-1]) or [])
        self._plain_prompt = list(self._tokenizer.sot_sequence)
        self._prompt = self._with_hotwords(hotwords)

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        return [self._answer(job) for job in jobs]

    def _answer(self, job: TranscribeJob) -> Transcript:
        speech = len(job.pcm) / RATE
        decoded = self._decode(job.pcm, self._options.padding, self._prompt, beam=1)
        reason = self._suspicion(decoded, speech)
        if reason is not None and (job.final or job.pause):
            log.debug("retry of %s after %s", job.utterance, reason)
            again = self._decode(
                job.pcm, self._options.retry_padding, self._plain_prompt, beam=self._options.retry_beam
            )
            reason = self._suspicion(again, speech)
            decoded = again if reason is None or again.log_probability > decoded.log_probability else decoded
        passing = reason is not None and not (job.final or job.pause)  # the next partial is better than a doubtful one
        text = "" if passing else guards.collapse(decoded.text)
        if _nothing_said(decoded):
            text, reason = "", None
        return job.answer(text, suspect=reason is not None)

    def _suspicion(self, decoded: _Decoded, speech: float) -> str | None:
        return guards.suspicion(decoded.text, speech, decoded.log_probability, decoded.capped)

    def _with_hotwords(self, hotwords: tuple[str, ...]) -> list[int]:
        """The prompt with as many hotwords as fit; the most useful stands last, nearest to the text."""
        kept: list[str] = []
        for word in hotwords:
            if len(self._tokenizer.encode(" " + " ".join([*kept, word]))) > _MOST_HOTWORD_TOKENS:
                break
            kept.append(word)
        if not kept:
            return self._plain_prompt
        return [self._tokenizer.sot_prev, *self._tokenizer.encode(" " + " ".join(reversed(kept))), *self._plain_prompt]

    def _decode(self, pcm: NDArray[np.float32], padding: float, prompt: list[int], beam: int) -> _Decoded:
        speech = len(pcm) / RATE
        total = min(max(speech + padding, self._options.least), 30.0)
        audio = np.zeros(int(total * RATE), np.float32)
        audio[: min(len(pcm), len(audio))] = pcm[: len(audio)]
        mel = self._whisper.feature_extractor(audio)
        mel = mel[:, : mel.shape[1] // 2 * 2]  # the encoder halves the frames
        encoded = self._whisper.model.encode(get_ctranslate2_storage(mel[None]))
        cap = guards.token_cap(speech)
        result = self._generate(encoded, prompt, cap, beam)
        tokens = result.sequences_ids[0]
        length = len(tokens)
        return _Decoded(
            text=self._text(tokens, speech),
            log_probability=result.scores[0] * length / (length + 1) if length else -10.0,
            no_speech=result.no_speech_prob,
            capped=length >= cap,
        )

    def _generate(
        self, encoded: ctranslate2.StorageView, prompt: list[int], cap: int, beam: int
    ) -> ctranslate2.models.WhisperGenerationResult:
        return self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=beam,
            # CTranslate2 caps the output at about half of max_length when the prompt is short, and says nothing
            max_length=min(448, max(2 * cap, len(prompt) + cap)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_initial_timestamp_index=50,
        )[0]

    def _text(self, tokens: list[int], speech: float) -> str:
        """The text of the segments that begin while there is speech; what is said to start later is invented."""
        begin, kept, started = self._tokenizer.timestamp_begin, [], 0.0
        current: list[int] = []
        for token in tokens:
            if token >= begin:
                if current:
                    kept += current if started < speech else []
                    current = []
                started = (token - begin) * _TIMESTAMP_SECONDS
            elif token < self._tokenizer.eot:
                current.append(token)
        kept += current if started < speech else []
        return tidy(self._tokenizer.decode(kept))


_WIDE = str.maketrans(",?!;:", "，？！；：", "\ufffd")
_BETWEEN_HANZI = re.compile(r"(?<=[\u4e00-\u9fff])[ 　]+(?=[\u4e00-\u9fff])")


def tidy(text: str) -> str:
    """Simplified characters with Chinese punctuation; the spaces Whisper writes for pauses become commas."""
    return _BETWEEN_HANZI.sub("，", str(_simplifier().convert(text.strip())).translate(_WIDE)).replace(" ", "")


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _nothing_said(decoded: _Decoded) -> bool:
    """Whether the model itself hears no speech, or gives a line that it invents when there is none."""
    doubtful = decoded.no_speech > _NO_SPEECH and decoded.log_probability < guards.MIN_LOG_PROBABILITY
    return doubtful or guards.phantom(decoded.text)
