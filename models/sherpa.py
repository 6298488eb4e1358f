"""sherpa-onnx behind the recogniser's port: SenseVoice, Paraformer and transducers, streaming or not.

These models write no more than they hear: there are no loops to guard against, no prompt to give and no prefix to go on
from. A streaming model is given the whole of a job at once; the port asks for texts of what is there, not for a stream.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assist.core.errors import EngineError, SettingsError
from assist.core.events import Transcript, Word
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import RATE, Samples, Span, from_seconds
from models.sherpa_folder import TOKENS, Kind, SherpaFolder, look_at
from models.text import tidy

_LEAST_SECONDS = 0.2  # the native front end reads past its buffer below one of its windows, about 0.1 s
_TAIL_SECONDS = 0.8  # a streaming encoder gives a sound up only once it has heard what follows
_QUIET = 1e-4  # RMS, -80 dBFS: below the noise of any microphone
_LONGEST_WORD_SECONDS = 0.6  # only beginnings are known; a pause must not become part of the word before it
_TAG = re.compile(r"<\|[^|>]*\|>|<(?:unk|blk|sil|s|/s|pad)>", re.IGNORECASE)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser wrote: its units and, where it tells them, the seconds at which they begin."""

    text: str
    tokens: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()


_NOTHING = Heard("")


class Recogniser(Protocol):
    """A loaded model: sounds in, what was heard out."""

    def decode(self, sounds: Sequence[NDArray[np.float32]], hotwords: Sequence[Sequence[str]]) -> Sequence[Heard]:
        """One answer for each sound, float32 mono at 16 kHz; `hotwords` has the words to expect in each."""
        ...


class SherpaOnnx:
    """One loaded model. Not thread-safe: it belongs to one worker."""

    def __init__(self, recogniser: Recogniser, name: str, capabilities: EngineCapabilities) -> None:
        self.name = f"sherpa-onnx {name}"
        self.capabilities = capabilities
        self._recogniser = recogniser

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        sounds = {number: _clean(job.pcm) for number, job in enumerate(jobs)}
        said = {number: sound for number, sound in sounds.items() if sound is not None}
        hotwords = [jobs[number].hotwords for number in said]
        try:
            heard = self._recogniser.decode(list(said.values()), hotwords) if said else ()
        except IndexError as error:  # the native table has no such number
            message = f"{self.name}: {TOKENS} lacks a unit that the model writes; copy the whole folder again"
            raise EngineError("model.tokens", message) from error
        except RuntimeError as error:
            raise EngineError("engine.decode", f"{self.name} cannot decode ({error})") from error
        answers = dict(zip(said, heard, strict=True))
        return [self._answer(job, answers.get(number, _NOTHING)) for number, job in enumerate(jobs)]

    def _answer(self, job: TranscribeJob, heard: Heard) -> Transcript:
        text = _written(heard.text)
        answer = job.answer(text)
        if not (job.words and self.capabilities.word_times):
            return answer
        if not text:
            return replace(answer, words=())
        return replace(answer, words=tuple(_words(heard, text, job.span)) or None) if _timed(heard) else answer


def _clean(pcm: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Finite samples in [-1, 1] around zero, long enough for the front end; None where there is no sound."""
    sound = np.clip(np.nan_to_num(pcm, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0).astype(np.float32)
    if not len(sound):
        return None
    sound -= sound.mean(dtype=np.float64).astype(np.float32)
    if np.sqrt(np.mean(np.square(sound, dtype=np.float64))) < _QUIET:
        return None
    return np.pad(sound, (0, max(0, int(_LEAST_SECONDS * RATE) - len(sound))))


def _written(text: str) -> str:
    """Simplified text without the model's tags; nothing where only punctuation is left."""
    plain = tidy(_GAP.sub("", _TAG.sub("", text)))
    return plain if any(character.isalnum() for character in plain) else ""


def _timed(heard: Heard) -> bool:
    """Whether the units can be laid onto the text: each has its time, and none is a byte of a character."""
    return bool(heard.seconds) and not any(token.startswith("<0x") for token in heard.tokens)


def _words(heard: Heard, text: str, span: Span) -> Iterator[Word]:
    """The text cut into the model's units, each with the time it was spoken; together they are the whole text.

    A unit takes as many letters from the text as it has itself, and the punctuation that follows them.
    """
    units = [
        (letters, begin)
        for token, begin in zip(heard.tokens, heard.seconds, strict=False)
        if (letters := sum(character.isalnum() for character in _TAG.sub("", token)))
    ]
    at = 0
    for number, (letters, begin) in enumerate(units):
        last = number + 1 == len(units)
        end = len(text) if last else _after(text, at, letters)
        if end > at:
            following = begin + _LONGEST_WORD_SECONDS if last else units[number + 1][1]
            yield Word(text[at:end], _placed(begin, min(following, begin + _LONGEST_WORD_SECONDS), span))
        at = end


def _after(text: str, at: int, letters: int) -> int:
    """The place behind so many letters and what punctuation follows them."""
    while at < len(text) and (letters or not text[at].isalnum()):
        letters -= text[at].isalnum()
        at += 1
    return at


def _placed(begin: float, end: float, span: Span) -> Span:
    def within(seconds: float) -> Samples:
        return min(span.end, span.start + from_seconds(max(0.0, seconds)))

    return Span(within(begin), max(within(begin), within(end)))


class _Offline:
    """A model that wants the whole sound."""

    def __init__(self, native: Any, spellable: frozenset[str]) -> None:
        self._native, self._spellable = native, spellable

    def decode(self, sounds: Sequence[NDArray[np.float32]], hotwords: Sequence[Sequence[str]]) -> Sequence[Heard]:
        streams = [_stream(self._native, words, self._spellable) for words in hotwords]
        for stream, sound in zip(streams, sounds, strict=True):
            stream.accept_waveform(RATE, sound)
        self._native.decode_streams(streams)
        return [_heard(stream.result) for stream in streams]


class _Streaming:
    """A model that listens piece by piece; a job gives it all pieces at once."""

    def __init__(self, native: Any, spellable: frozenset[str]) -> None:
        self._native, self._spellable = native, spellable

    def decode(self, sounds: Sequence[NDArray[np.float32]], hotwords: Sequence[Sequence[str]]) -> Sequence[Heard]:
        streams = [_stream(self._native, words, self._spellable) for words in hotwords]
        for stream, sound in zip(streams, sounds, strict=True):
            stream.accept_waveform(RATE, np.pad(sound, (0, int(_TAIL_SECONDS * RATE))))
            stream.input_finished()
        while ready := [stream for stream in streams if self._native.is_ready(stream)]:
            self._native.decode_streams(ready)
        return [_heard(self._native.get_result_all(stream)) for stream in streams]


def _stream(native: Any, hotwords: Sequence[str], spellable: frozenset[str]) -> Any:
    """A new stream, told the hotwords that the model's units can spell."""
    told = [word for word in hotwords if word and spellable.issuperset(word)]
    return native.create_stream("/".join(told)) if told else native.create_stream()


def _heard(result: Any) -> Heard:
    tokens, seconds = tuple(result.tokens), tuple(result.timestamps)
    return Heard(result.text, tokens, seconds if len(seconds) == len(tokens) else ())


@dataclass(frozen=True, slots=True)
class SherpaOptions:
    """How to load; `precision` (int8, float32, auto) chooses between files that come in both."""

    device: str = "cpu"
    precision: str = "int8"
    threads: int = 2
    batch: int = 2


def load_sherpa(folder: Path, options: SherpaOptions | None = None) -> SherpaOnnx:
    """The model in a folder. Raises `EngineError` naming the file and the mend, `SettingsError` where a setting cannot be."""
    options = options or SherpaOptions()
    native = _native()
    if options.device == "cuda" and not _built_for_cuda(native):
        raise SettingsError(
            "engine.device",
            "the installed sherpa-onnx is built for processors only; install its CUDA build, or use --device cpu",
        )
    model = look_at(folder, options.precision)
    try:
        recogniser = _load(native, model, options)
    except (RuntimeError, ValueError, IndexError) as error:
        raise EngineError(
            "engine.load", f"the model in {folder} cannot be loaded ({error}); copy the whole folder again"
        ) from error
    capabilities = EngineCapabilities(
        partials=True,
        word_times=model.kind is not Kind.PARAFORMER,
        hotwords=bool(model.spellable),
        languages=("zh",) if model.chinese else (),
        batch=options.batch,
    )
    return SherpaOnnx(recogniser, folder.resolve().name, capabilities)


def _load(native: Any, model: SherpaFolder, options: SherpaOptions) -> Recogniser:
    shared = {"tokens": str(model.table), "num_threads": options.threads, "provider": options.device}
    files = {part: str(path) for part, path in model.files.items()}
    spellable = model.spellable
    search = "modified_beam_search" if spellable else "greedy_search"  # only that search can weigh hotwords
    if model.kind is Kind.STREAMING:
        online = native.OnlineRecognizer.from_transducer(
            **files, **shared, model_type=model.type, decoding_method=search
        )
        return _Streaming(online, spellable)
    if model.kind is Kind.TRANSDUCER:
        return _Offline(native.OfflineRecognizer.from_transducer(**files, **shared, decoding_method=search), spellable)
    if model.kind is Kind.SENSE_VOICE:
        offline = native.OfflineRecognizer.from_sense_voice(**files, **shared, language="zh", use_itn=True)
        return _Offline(offline, spellable)
    return _Offline(native.OfflineRecognizer.from_paraformer(paraformer=files["model"], **shared), spellable)


def _native() -> Any:
    try:
        import sherpa_onnx
    except ImportError as error:
        raise EngineError(
            "engine.missing", "sherpa-onnx is not installed; run: pip install 'call-copilot[sherpa]'"
        ) from error
    return sherpa_onnx


def _built_for_cuda(native: Any) -> bool:
    return any((Path(native.__file__).parent / "lib").glob("*onnxruntime_providers_cuda*"))
