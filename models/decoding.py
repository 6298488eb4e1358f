"""Decoding with Whisper on CTranslate2, from faster-whisper's parts: features, tokenizer, encoder, decoder.

Whisper was trained on windows of 30 s, but its encoder in CTranslate2 takes a shorter one. Speech and a second or two of
silence encode several times faster at the same error rate, provided that somebody catches the loops (`guards`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_ctranslate2_storage, get_suppressed_tokens
from numpy.typing import NDArray

from assist.core.errors import EngineError
from assist.core.spans import RATE
from models.text import narrow
from models.vocabulary import Vocabulary, compact, open_vocabulary

TICK_SECONDS = 0.02  # of Whisper's time tokens, and of a frame of the encoder
_MOST_SECONDS = 30.0
_MOST_TOKENS = 448
_LATEST_START = 50  # the first words begin within this many ticks

Pcm = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Device:
    """Where a model runs."""

    name: str = "cpu"  # cpu, cuda, auto
    compute_type: str = "int8"
    threads: int = 2
    lanes: int = 1  # calls that run side by side, each with its share of the threads


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoded text. `rows` are its tokens without times; `log_probability` is the mean of a token, natural logarithm."""

    text: str
    rows: tuple[int, ...]
    log_probability: float
    no_speech: float
    tokens: int  # with times
    until: float | None = None  # seconds at which it ends by its own account; None: at the end of the sound

    @property
    def score(self) -> float:
        """Log probability of the whole."""
        return self.log_probability * (self.tokens + 1)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of some pieces of sound, of `seconds` each before padding."""

    features: ctranslate2.StorageView
    seconds: tuple[float, ...]
    frames: int

    def pieces(self) -> list["Encoded"]:
        """Each piece alone."""
        if len(self.seconds) == 1:
            return [self]
        features = _on_processor(self.features)
        return [
            Encoded(get_ctranslate2_storage(features[i : i + 1]), (seconds,), self.frames)
            for i, seconds in enumerate(self.seconds)
        ]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a text lies in the sound: the log probability of each token, and its first and last tick."""

    log_probabilities: tuple[float, ...]
    ticks: tuple[tuple[int, int], ...]


class Decoder:
    """A loaded model. As many threads may use it at once as the device has lanes."""

    def __init__(self, folder: Path, language: str, device: Device, compact_home: Path | None = None) -> None:
        weights = compact(folder, compact_home) if compact_home is not None else folder
        self._model = _load(weights, folder, device)
        self._vocabulary = _open(weights, folder)
        tokens = Tokenizer(self._vocabulary.tokenizer, multilingual=True, task="transcribe", language=language)
        rows = self._vocabulary.rows
        self._features = FeatureExtractor(feature_size=self._model.n_mels)
        self._suppressed = rows(get_suppressed_tokens(tokens, [-1]) or [])
        self._start = rows(tokens.sot_sequence)
        (self._previous, self._times, self._end) = rows([tokens.sot_prev, tokens.timestamp_begin, tokens.eot])

    def encode(self, sounds: Sequence[Pcm], padding: float, least: float) -> Encoded:
        """Encodes pieces of mono sound at 16 kHz together, each padded with silence to the longest."""
        seconds = tuple(len(pcm) / RATE for pcm in sounds)
        total = min(max(max(seconds) + padding, least), _MOST_SECONDS)
        mels = []
        for pcm in sounds:
            audio = np.zeros(int(total * RATE), np.float32)
            audio[: min(len(pcm), len(audio))] = pcm[: len(audio)]
            mels.append(self._features(audio))
        mel = np.stack(mels)[:, :, : mels[0].shape[1] // 2 * 2]  # the encoder halves the frames
        return Encoded(self._model.encode(get_ctranslate2_storage(mel)), seconds, mel.shape[2] // 2)

    def rows(self, text: str) -> list[int]:
        """The tokens of a text, in the punctuation that the model writes."""
        return self._vocabulary.encode(narrow(text).replace("<|", "< "))  # no text of ours may name a special token

    def text(self, rows: Sequence[int]) -> str:
        """The text of tokens, as the model wrote it."""
        return self._vocabulary.decode(rows)

    def prompt(self, before: Sequence[int]) -> list[int]:
        """What stands before the text: tokens taken as said before, and the signs of the task."""
        return [self._previous, *before, *self._start] if before else list(self._start)

    def decode(
        self, encoded: Encoded, prompts: Sequence[Sequence[int]], caps: Sequence[int], beam: int, *,
        prefixes: Sequence[Sequence[int]] = (), hypotheses: int = 1,
    ) -> list[list[Hypothesis]]:  # fmt: skip
        """The best hypotheses of each piece. Prompts must be of one length, prefixes too; `caps` are the most new tokens.

        A hypothesis begins with its prefix.
        """
        heads = [list(head) for head in prefixes] or [[] for _ in prompts]
        whole = [
            [*prompt, *([self._times, *head] if head else [])] for prompt, head in zip(prompts, heads, strict=True)
        ]
        cap, length = max(caps), len(whole[0])
        results = self._model.generate(
            encoded.features,
            whole,
            beam_size=beam,
            num_hypotheses=hypotheses,
            # CTranslate2 caps the output at about half of max_length when the prompt is short, and says nothing
            max_length=min(_MOST_TOKENS, max(2 * cap, length + cap)),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
            max_initial_timestamp_index=_LATEST_START,
        )
        return [
            [self._hypothesis(result, i, head, seconds) for i in range(len(result.sequences_ids))]
            for result, head, seconds in zip(results, heads, encoded.seconds, strict=True)
        ]

    def align(self, encoded: Encoded, texts: Sequence[Sequence[int]], before: Sequence[int]) -> list[Alignment]:
        """How well each text fits its piece of sound, and when its tokens were spoken.

        With one piece of sound and several texts, each is held against it.
        """
        several = len(texts) if len(encoded.seconds) == 1 else 1
        features = _repeated(encoded.features, several) if several > 1 else encoded.features
        # CTranslate2 counts frames before the encoder halves them: two to a tick
        frames = [2 * min(encoded.frames, int(seconds / TICK_SECONDS) + 1) for seconds in encoded.seconds] * several
        found = self._model.align(features, self.prompt(before), [list(t) for t in texts], frames)
        return [_alignment(one, len(text)) for one, text in zip(found, texts, strict=True)]

    def _hypothesis(self, result: Any, i: int, head: list[int], seconds: float) -> Hypothesis:
        tokens = result.sequences_ids[i]
        if head and tokens[1 : 1 + len(head)] != head:  # CTranslate2 gives it back with the text
            tokens = [self._times, *head, *tokens]
        rows = self._spoken(tokens, seconds, len(head))
        length = len(tokens)
        return Hypothesis(
            text=self._vocabulary.decode(rows),
            rows=tuple(rows),
            log_probability=result.scores[i] * length / (length + 1) if length else -10.0,
            no_speech=result.no_speech_prob,
            tokens=length,
            until=(tokens[-1] - self._times) * TICK_SECONDS if tokens and tokens[-1] >= self._times else None,
        )

    def _spoken(self, tokens: Sequence[int], seconds: float, settled: int) -> list[int]:
        """The text tokens that begin while there is sound, the settled ones in any case; what starts later is invented."""
        kept: list[int] = []
        current: list[int] = []
        started = 0.0
        for token in tokens:
            if token >= self._times:
                if current:
                    kept += current if started < seconds else []
                    current = []
                started = (token - self._times) * TICK_SECONDS
            elif token < self._end:
                current.append(token)
        kept += current if started < seconds else []
        return kept if len(kept) >= settled else [t for t in tokens if t < self._end][:settled]


def _load(weights: Path, original: Path, device: Device) -> ctranslate2.models.Whisper:
    try:
        return ctranslate2.models.Whisper(
            str(weights),
            device=device.name,
            compute_type=device.compute_type,
            inter_threads=device.lanes,
            intra_threads=max(1, device.threads // device.lanes),
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise EngineError(
            "engine.load", f"the weights in {original} cannot be loaded ({error}); run: assist models verify"
        ) from error


def _open(weights: Path, original: Path) -> Vocabulary:
    """The vocabulary; raises `EngineError` when it is not that of a Whisper model."""
    try:
        vocabulary = open_vocabulary(weights, original)
        sign = vocabulary.tokenizer.token_to_id("<|notimestamps|>")
        if sign is None or not vocabulary.rows([sign]):
            raise ValueError("Whisper's own tokens are not in it")
    except Exception as error:  # tokenizers raises nothing narrower
        raise EngineError(
            "engine.load",
            f"{original / 'tokenizer.json'} does not go with the weights ({error}); run: assist models verify",
        ) from error
    return vocabulary


def _repeated(features: ctranslate2.StorageView, times: int) -> ctranslate2.StorageView:
    """One piece's features again and again."""
    return get_ctranslate2_storage(np.repeat(_on_processor(features), times, axis=0))


def _on_processor(features: ctranslate2.StorageView) -> NDArray[np.float32]:
    """Features in the memory of the processor, where numpy can cut them."""
    return np.array(features.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32))


def _alignment(found: Any, tokens: int) -> Alignment:
    """The path of the alignment goes through (token, frame) pairs in order."""
    spans: list[list[int]] = [[-1, -1] for _ in range(tokens)]
    for token, frame in found.alignments:
        if token < tokens:
            span = spans[token]
            span[0] = frame if span[0] < 0 else span[0]
            span[1] = frame + 1
    probabilities = np.maximum(np.asarray(found.text_token_probs[:tokens], np.float64), 1e-9)
    return Alignment(tuple(np.log(probabilities).tolist()), tuple((a, b) for a, b in spans))
