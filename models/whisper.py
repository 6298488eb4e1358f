"""faster-whisper behind the ASR port: short windows, guards, one retry, and what is known of the call as context."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from assist.core.events import Transcript, Word
from assist.core.ports import EngineCapabilities, TranscribeJob
from assist.core.spans import RATE, Span
from models import guards
from models.corrector import MOST_ASKED, Corrector
from models.decoding import TICK_SECONDS, Alignment, Decoder, Device, Encoded, Hypothesis, Pcm
from models.text import tidy

log = logging.getLogger(__name__)

_NO_SPEECH, _NO_SPEECH_DOUBT = 0.6, 0.45  # of the model; turns of real calls stay below 0.3, noise is seldom below 0.5
_VOICED_LEAST, _VOICED_DOUBT = 0.1, 0.3  # of the voice activity model: noise that got this far is below 0.13
_LEAST_SAMPLES = RATE // 50  # less than one tick of the encoder says nothing
_PAIR = 2  # a live call has no more than two texts waiting of one kind
_WHOLE = 30.0  # seconds that Whisper was trained on
# Of an archive's texts so many are decoded together: more gain nothing on a processor, and must be padded to the longest.
_CROWD = 4
_ASKED_OF_PARTIALS = 2  # corrections of a text that is replaced in a moment
_ALIKE = 0.7  # of the longest: what is shorter would be decoded mostly as padding
_REST_SECONDS = 1.2  # a sound that goes on for so long after the text has words in it
_MOST_RESTS = 3
_UNSURE = -0.8  # mean log probability of a token: below it the window that Whisper was trained on hears better
_MOST_TOKENS = 220  # Whisper's decoder has room for 224
_SILENCE = 1e-4  # -80 dBFS: no voice is as quiet as that, and from nothing Whisper makes sentences


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode; times in seconds.

    `partial_beam` serves texts that are replaced in a moment, `beam` those that stand, `crowd_beam` those of an archive, where
    many are decoded together and speed is what is wanted.
    """

    language: str = "zh"
    padding: float = 1.5
    least: float = 3.0  # a window shorter than this loops more often
    settled_least: float = 4.0  # of a text that is to stand: more would make it better and later
    beam: int = 5
    partial_beam: int = 1
    crowd_beam: int = 2
    retry_padding: float = 3.0
    retry_beam: int = 5
    hotword_tokens: int = 32  # more terms help each other less than they dilute
    before_tokens: int = 40
    batch: int = 16  # for each lane
    device: str = "cpu"  # cpu, cuda, auto
    compute_type: str = "int8"
    threads: int = 2
    lanes: int = 1  # crowds decoded side by side: two of one thread do more than one of two threads


class FasterWhisper:
    """One loaded model. Not thread-safe: it belongs to one worker.

    `corrector` puts words right after recognition; `compact_home` is where a copy of the weights with fewer tokens
    is kept, None for the weights as they are.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        options: DecodeOptions | None = None,
        *,
        corrector: Corrector | None = None,
        compact_home: Path | None = None,
    ) -> None:
        self.name = f"faster-whisper {name}"
        self._corrector = corrector or Corrector(())
        self._options = options = options or DecodeOptions()
        self.capabilities = EngineCapabilities(
            partials=True,
            word_times=True,
            hotwords=True,
            languages=(options.language,),
            prefix=True,
            batch=options.batch * options.lanes,
        )
        device = Device(options.device, options.compute_type, options.threads, options.lanes)
        self._lanes = ThreadPoolExecutor(options.lanes, "decode")
        self._decoder = Decoder(folder, options.language, device, compact_home)
        self._hotword_rows = lru_cache(maxsize=64)(self._fit_hotwords)

    def transcribe(self, jobs: Sequence[TranscribeJob]) -> Sequence[Transcript]:
        sounds = [_clean(job.pcm) for job in jobs]
        heard = [i for i, pcm in enumerate(sounds) if len(pcm) >= _LEAST_SAMPLES and np.abs(pcm).max() > _SILENCE]
        answers = {i: _silence(jobs[i]) for i in range(len(jobs)) if i not in heard}
        groups: dict[tuple[bool, int], list[int]] = {}
        for i in heard:
            groups.setdefault((jobs[i].settles, len(self._decoder.rows(jobs[i].prefix))), []).append(i)
        for group in groups.values():
            found = self._side_by_side([jobs[i] for i in group], [sounds[i] for i in group])
            answers |= dict(zip(group, found, strict=True))
        return [answers[i] for i in range(len(jobs))]

    def _side_by_side(self, jobs: list[TranscribeJob], sounds: list[Pcm]) -> list[Transcript]:
        """A crowd is cut into parts of like length, the longest first, for as many lanes as there are."""
        crowd = len(jobs) > _PAIR
        if self._options.lanes == 1 or not crowd:
            return self._together(jobs, sounds, crowd=crowd)
        order = sorted(range(len(jobs)), key=lambda i: -len(sounds[i]))
        parts: list[list[int]] = []
        for i in order:
            longest = len(sounds[parts[-1][0]]) if parts else 0
            if len(sounds[i]) < _ALIKE * longest or not parts or len(parts[-1]) == _CROWD:
                parts.append([])
            parts[-1].append(i)
        texts = self._lanes.map(
            lambda part: self._together([jobs[i] for i in part], [sounds[i] for i in part], crowd=crowd), parts
        )
        found = {i: text for part, those in zip(parts, texts, strict=True) for i, text in zip(part, those, strict=True)}
        return [found[i] for i in range(len(jobs))]

    def _together(self, jobs: list[TranscribeJob], sounds: list[Pcm], *, crowd: bool) -> list[Transcript]:
        """Jobs of one class and with prefixes of one length, in one batch."""
        options = self._options
        least = options.settled_least if jobs[0].settles and not crowd else options.least
        encoded = self._decoder.encode(sounds, options.padding, least)
        prompts, prefixes = self._prompts(jobs), self._prefixes(jobs)
        caps = [_cap(seconds) for seconds in encoded.seconds]
        beam = options.partial_beam if not jobs[0].settles else options.crowd_beam if crowd else options.beam
        found = self._decoder.decode(encoded, prompts, caps, beam, prefixes=prefixes)
        return [
            self._answer(job, pcm, best[0], cap, piece)
            for job, pcm, best, cap, piece in zip(jobs, sounds, found, caps, encoded.pieces(), strict=True)
        ]

    def _answer(self, job: TranscribeJob, pcm: Pcm, best: Hypothesis, cap: int, encoded: Encoded) -> Transcript:
        """One job's answer from its best hypothesis; a doubtful one is tried once more if the text is to stand."""
        seconds = len(pcm) / RATE
        reason = _suspicion(best, seconds, cap)
        if reason is None and guards.echoed(tidy(best.text)[len(job.prefix) :], job.before):
            reason = "echo"
        leaked = reason is None and guards.leaked(tidy(best.text), job.hotwords)
        unsure = reason is None and not leaked and bool(best.rows) and best.log_probability < _UNSURE
        if job.settles and (leaked or unsure or reason is not None):
            log.debug("retry of %s after %s", job.utterance, reason or ("hotwords" if leaked else "low probability"))
            padding = _WHOLE if unsure else self._options.retry_padding
            encoded = self._decoder.encode([pcm], padding, self._options.least)
            [[again]] = self._decoder.decode(
                encoded, [self._decoder.prompt(())], [cap], self._options.retry_beam, prefixes=self._prefixes([job])
            )
            doubt = _suspicion(again, seconds, cap)
            if unsure:
                best = again if doubt is None and again.log_probability > best.log_probability else best
            elif leaked:
                best = best if doubt or self._fits(encoded, best) > self._fits(encoded, again) else again
            else:
                best = again if doubt is None or again.log_probability > best.log_probability else best
                reason = doubt
        if _nothing_said(best, job.voiced, doubtful=reason is not None):
            return _silence(job)
        if job.settles:
            best = self._with_rest(best, pcm, job)
        if not job.settles and (leaked or reason is not None):
            return self._salvaged(job, best, seconds)
        sound = _Sound(self._decoder, encoded, self._prompt_rows(job))
        text = tidy(best.text)
        settled = len(job.prefix) if text.startswith(job.prefix) else 0
        text = text[:settled] + guards.collapse(text[settled:])
        most = MOST_ASKED if job.settles else _ASKED_OF_PARTIALS
        text, corrections = self._corrector.correct(text, sound.log_probabilities, settled=settled, most=most)
        answer = replace(job.answer(text, suspect=reason is not None), corrections=corrections or None)
        return replace(answer, words=sound.words(text, job.span)) if job.words else answer

    def _salvaged(self, job: TranscribeJob, best: Hypothesis, seconds: float) -> Transcript:
        """What a doubtful partial is worth: the first round of a loop, which nothing may rely on, or nothing."""
        text = tidy(best.text)
        once = guards.unlooped(text)
        if not once.startswith(job.prefix):
            return job.answer("")
        believable = once != text and guards.suspicion(once, seconds, best.log_probability, capped=False) is None
        return job.answer(once, suspect=True) if believable else job.answer("")

    def _with_rest(self, best: Hypothesis, pcm: Pcm, job: TranscribeJob) -> Hypothesis:
        """Whisper stops now and then before the sound does: what it left is decoded too, with what it wrote before it."""
        if best.tokens >= _MOST_TOKENS and best.rows:  # it had more to say than it has room for
            encoded = self._decoder.encode([pcm], self._options.padding, self._options.least)
            [alignment] = self._decoder.align(encoded, [best.rows], ())
            best = replace(best, until=max(alignment.ticks[-1][1], 0) * TICK_SECONDS)
        for _ in range(_MOST_RESTS):
            if best.until is None or len(pcm) / RATE - best.until < _REST_SECONDS:
                break
            rest = pcm[int(best.until * RATE) :]
            encoded = self._decoder.encode([rest], self._options.padding, self._options.least)
            before = [*self._hotword_rows(job.hotwords), *best.rows[-self._options.before_tokens :]]
            cap = _cap(len(rest) / RATE)
            [[more]] = self._decoder.decode(encoded, [self._decoder.prompt(before)], [cap], self._options.beam)
            doubtful = (
                _suspicion(more, len(rest) / RATE, cap)
                or _nothing_said(more, job.voiced)
                or more.no_speech > _NO_SPEECH
            )
            if doubtful or not more.rows or tidy(best.text).endswith(tidy(more.text)):
                break
            until = None if more.until is None else best.until + more.until
            best = replace(best, text=best.text + more.text, rows=(*best.rows, *more.rows), until=until)
        return best

    def _fits(self, encoded: Encoded, found: Hypothesis) -> float:
        """Mean log probability of a text's tokens for the sound alone, with nothing told before."""
        if not found.rows:
            return -10.0
        [alignment] = self._decoder.align(encoded, [found.rows], ())
        return sum(alignment.log_probabilities) / len(found.rows)

    def _prompts(self, jobs: Sequence[TranscribeJob]) -> list[list[int]]:
        """Prompts of one length: what is least useful stands first and is cut off."""
        rows = [self._prompt_rows(job) for job in jobs]
        length = min(len(one) for one in rows)
        return [self._decoder.prompt(one[len(one) - length :]) for one in rows]

    def _prefixes(self, jobs: Sequence[TranscribeJob]) -> list[list[int]]:
        return [self._decoder.rows(job.prefix) for job in jobs]

    def _prompt_rows(self, job: TranscribeJob) -> list[int]:
        """The words to expect, and nearest to the text what was said before."""
        before = self._decoder.rows(job.before)[-self._options.before_tokens :] if job.before else []
        return [*self._hotword_rows(job.hotwords), *before]

    def _fit_hotwords(self, hotwords: tuple[str, ...]) -> tuple[int, ...]:
        """As many hotwords as fit; the most useful stands last, nearest to the text."""
        kept: list[str] = []
        for word in hotwords:
            if len(self._decoder.rows(" " + " ".join([*kept, word]))) <= self._options.hotword_tokens:
                kept.append(word)
        return tuple(self._decoder.rows(" " + " ".join(reversed(kept)))) if kept else ()


class _Sound:
    """One job's sound, to ask how well a text fits it, after what was said before it."""

    def __init__(self, decoder: Decoder, encoded: Encoded, before: Sequence[int]) -> None:
        self._decoder, self._encoded, self._before = decoder, encoded, before

    def log_probabilities(self, texts: Sequence[str]) -> list[float]:
        """Log probability of each text, given the sound and what was said before it."""
        found = self._align([self._decoder.rows(text) for text in texts])
        return [sum(alignment.log_probabilities) for alignment in found]

    def words(self, text: str, span: Span) -> tuple[Word, ...]:
        """The text's characters and words with their times, as spans of the call inside the job's own."""
        rows = self._decoder.rows(text)
        words: list[Word] = []
        held: list[int] = []
        first, spoken, place = -1, 0, 0
        for row, (begin, end) in zip(rows, self._align([rows])[0].ticks if rows else (), strict=True):
            held.append(row)
            first = begin if first < 0 else first
            written = self._decoder.text(held)
            if "\ufffd" in written:
                continue  # half a character
            words.append(Word(text[place : place + len(written)], _within(span, max(first, spoken), end)))
            place, spoken = place + len(written), max(end, spoken)
            held, first = [], -1
        return tuple(words)

    def _align(self, texts: Sequence[Sequence[int]]) -> list[Alignment]:
        return self._decoder.align(self._encoded, texts, self._before)


def _silence(job: TranscribeJob) -> Transcript:
    """The answer where nothing was said: what is settled, and no words."""
    return replace(job.answer(job.prefix), words=() if job.words else None)


def _cap(seconds: float) -> int:
    return min(guards.token_cap(seconds), _MOST_TOKENS)


def _suspicion(found: Hypothesis, seconds: float, cap: int) -> str | None:
    capped = found.tokens >= cap and cap < _MOST_TOKENS
    return guards.suspicion(tidy(found.text), seconds, found.log_probability, capped)


def _nothing_said(found: Hypothesis, voiced: float, *, doubtful: bool = False) -> bool:
    """Whether there was no speech. The model's own doubt alone proves nothing on a short clip, nor does a known phantom line
    where somebody did speak: each counts together with something else that speaks against the text.
    """
    if voiced < _VOICED_LEAST:
        return True
    unsure = found.no_speech > _NO_SPEECH and found.log_probability < guards.MIN_LOG_PROBABILITY
    unsupported = found.no_speech > _NO_SPEECH_DOUBT or voiced < _VOICED_DOUBT
    return unsure or (unsupported and (doubtful or guards.phantom(found.text)))


def _clean(pcm: Pcm) -> Pcm:
    """The sound without what is not a number; a recogniser must not pass that on."""
    return np.nan_to_num(np.asarray(pcm, np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _within(span: Span, begin: int, end: int) -> Span:
    """Ticks of a job's sound as a span of the call, inside the job's own."""
    tick = int(TICK_SECONDS * RATE)
    start = min(span.start + max(begin, 0) * tick, span.end)
    return Span(start, max(start, min(span.start + max(end, 0) * tick, span.end)))
