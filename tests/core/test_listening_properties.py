"""What holds of a growing text, whatever is said, whatever the recogniser answers and however late it answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assist.core.agreement import Agreement, AgreementRules
from assist.core.endpointing import EndpointRules
from assist.core.events import Correction, SpeechEnded, SpeechStarted, Transcribed, Transcript, Word
from assist.core.listening import Listener, ListeningRules, Outcome, PartialRules, PartRules
from assist.core.ports import TranscribeJob
from assist.core.spans import WINDOW, Span
from tests.core.builders import CUSTOMER, frames

pytestmark = pytest.mark.property

_SECONDS = 0.032  # of a window
ENDPOINTS = EndpointRules(
    onset=0.5,
    release=0.35,
    onset_seconds=2 * _SECONDS,
    pause_seconds=2 * _SECONDS,
    hangover_seconds=5 * _SECONDS,
    finished_seconds=4 * _SECONDS,
    open_seconds=9 * _SECONDS,
    pre_roll_seconds=3 * _SECONDS,
    long_seconds=40 * _SECONDS,
    long_hangover_seconds=3 * _SECONDS,
    max_seconds=60 * _SECONDS,
)
RULES = ListeningRules(
    endpointing=ENDPOINTS,
    partials=PartialRules(
        first_seconds=3 * _SECONDS, growth=1.1, least_seconds=2 * _SECONDS, job_seconds=0.01, job_share=0.0
    ),
    parts=PartRules(pause_seconds=8 * _SECONDS, hold_seconds=4 * _SECONDS, cut_seconds=15 * _SECONDS),
)

# --- speech in which every loud window is a character of its own ------------------------------------------------------


@dataclass
class Voice:
    """Windows of quiet and of speech by turns, and quiet at the end."""

    parts: list[tuple[int, int]]

    @cached_property
    def windows(self) -> list[float]:
        return [p for quiet, loud in self.parts for p in [0.0] * quiet + [0.9] * loud] + [0.0] * 12


def heard_in(span: Span, voice: Voice) -> list[Word]:
    """A character for every window with speech in the middle of which lies in the span; no two are the same."""
    return [
        Word(chr(0xAC00 + i), Span(i * WINDOW, (i + 1) * WINDOW))
        for i, loud in enumerate(voice.windows)
        if loud >= ENDPOINTS.release and span.start <= i * WINDOW + WINDOW // 2 < span.end
    ]


def text_of(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)


@dataclass
class Fate:
    """What becomes of one answer."""

    late: int = 0  # windows until it comes; a final text always comes
    kind: str = "true"  # true, empty, suspect, lost


@dataclass
class Talk:
    """Everything that one listener was told and answered."""

    whole: Span = Span(0, 0)
    began: list[str] = field(default_factory=list)
    ended: dict[str, Span] = field(default_factory=dict)
    jobs: list[TranscribeJob] = field(default_factory=list)
    versions: dict[str, list[Transcript]] = field(default_factory=dict)
    empty: set[tuple[str, int]] = field(
        default_factory=set
    )  # utterances that were answered with nothing, and up to where

    def take(self, outcome: Outcome | None) -> None:
        match outcome:
            case SpeechStarted(utterance=utterance):
                self.began.append(utterance)
            case SpeechEnded(utterance=utterance, span=span):
                assert utterance not in self.ended
                self.ended[utterance] = span
            case Transcribed(transcript=text):
                self.versions.setdefault(text.utterance, []).append(text)
            case TranscribeJob() as job:
                self.jobs.append(job)
            case None:
                pass

    @property
    def finals(self) -> list[Transcript]:
        return [versions[-1] for versions in self.versions.values()]

    def told(self, final: Transcript) -> bool:
        """Whether the recogniser said something of the whole text, and not that the last of it was nothing."""
        return (final.utterance, final.span.end) not in self.empty


Engine = Callable[[TranscribeJob], Transcript]


def talk(voice: Voice, fates: Sequence[Fate], engine: Engine, rules: ListeningRules = RULES) -> Talk:
    """The voice heard window by window, each answer given when its fate wants it."""
    listener, found = Listener(CUSTOMER, rules), Talk()
    due: list[tuple[int, TranscribeJob, Fate]] = []

    def take(outcomes: Iterator[Outcome], at: int) -> None:
        for outcome in outcomes:
            if isinstance(outcome, TranscribeJob):
                fate = fates[len(found.jobs) % len(fates)]
                due.append((at + fate.late, outcome, fate))
            found.take(outcome)

    def deliver(at: float) -> None:
        for entry in [one for one in due if one[0] <= at]:
            due.remove(entry)
            _, job, fate = entry
            if job.final or fate.kind == "true":
                found.take(listener.transcribed(0, engine(job)))
            elif fate.kind == "suspect":
                found.take(listener.transcribed(0, replace(engine(job), suspect=True)))
            elif fate.kind == "empty":
                found.empty.add((job.utterance, job.span.end))
                found.take(listener.transcribed(0, job.answer("")))

    windows = [window for frame in frames(CUSTOMER, voice.windows) for window in frame.windows()]
    for at, window in enumerate(windows):
        take(listener.hear(window), at)
        deliver(at)
    found.whole = Span(0, len(windows) * WINDOW)
    take(listener.close(found.whole.end), len(windows))
    deliver(float("inf"))
    assert not listener.waiting
    return found


def hesitates(voice: Voice, seed: int) -> Engine:
    """A recogniser that ignores what is settled: it sets a comma here or there, and sometimes mishears a last character."""

    def engine(job: TranscribeJob) -> Transcript:
        random = Random(f"{seed} {job.revision}")
        words = [
            replace(word, text=word.text + "，") if random.random() < 0.2 else word
            for word in heard_in(job.span, voice)
        ]
        if not job.settles and words:
            words = [*words[: -random.randint(1, 3)], replace(words[-1], text="错")]
        return replace(job.answer(text_of(words)), words=tuple(words) if job.words else None)

    return engine


def listens(voice: Voice, *, prefix: bool, timed: bool = True) -> Engine:
    """A recogniser that hears every character; with `prefix` it takes the settled beginning on trust.

    Every third character is a term that it heard as another and put right, but not in what was settled.
    """

    def corrected(place: int, word: Word) -> Correction | None:
        return Correction(place, place + 1, f"错{word.text}", 1.0) if ord(word.text) % 3 == 0 else None

    def engine(job: TranscribeJob) -> Transcript:
        words = heard_in(job.span, voice)
        settled = len(job.prefix) if prefix else 0
        assert not prefix or text_of(words).startswith(job.prefix)
        corrections = tuple(c for i, w in enumerate(words) if i >= settled and (c := corrected(i, w)))
        answer = replace(job.answer(text_of(words)), corrections=corrections or None)
        return replace(answer, words=tuple(words)) if job.words and timed else answer

    return engine


stretches = st.tuples(st.integers(1, 14), st.integers(1, 30))
voices = st.lists(stretches, min_size=1, max_size=8).map(Voice)
fates = st.lists(
    st.builds(Fate, st.integers(0, 25), st.sampled_from(["true", "true", "true", "empty", "suspect", "lost"])),
    min_size=1,
    max_size=12,
)
PAUSING = Voice([(3, 14)] * 6)
WITHOUT_PAUSE = Voice([(3, 200)])


@given(voices, fates, st.booleans(), st.booleans(), st.booleans())
@example(PAUSING, [Fate()], True, True, True)
@example(PAUSING, [Fate(4)], False, True, True)
@example(WITHOUT_PAUSE, [Fate()], True, True, False)
@example(WITHOUT_PAUSE, [Fate(2)], False, True, False)
@example(Voice([(1, 18), (4, 30), (2, 20)]), [Fate(4)], False, False, False)  # cut short while a pause is still decoded
def test_every_sound_is_heard_once_whatever_becomes_of_the_answers(
    voice: Voice, fates: list[Fate], prefix: bool, timed: bool, asked: bool
) -> None:
    """What was committed and what the final job heard are together the whole utterance, and nothing twice."""
    found = talk(voice, fates, listens(voice, prefix=prefix, timed=timed), replace(RULES, words=asked))
    assert sorted(found.versions) == sorted(found.began) == sorted(found.ended)
    for final in found.finals:
        assert final.final
        speech = found.ended[final.utterance]
        assert final.span.overlap(speech) == len(speech)
        heard = text_of(heard_in(final.span, voice))
        assert final.text == heard if found.told(final) else heard.startswith(final.text)


@given(voices, fates, st.integers(0, 99), st.booleans())
@example(PAUSING, [Fate()], 1, True)
@example(WITHOUT_PAUSE, [Fate()], 1, False)
@example(WITHOUT_PAUSE, [Fate(3)], 2, True)
def test_a_recogniser_that_sets_other_commas_each_time_loses_no_sound(
    voice: Voice, fates: list[Fate], seed: int, asked: bool
) -> None:
    found = talk(voice, fates, hesitates(voice, seed), replace(RULES, words=asked))
    for final in found.finals:
        said, heard = final.text.replace("，", ""), text_of(heard_in(final.span, voice))
        assert said == heard if found.told(final) else heard.startswith(said)


@given(voices, fates, st.booleans())
@example(PAUSING, [Fate()], True)
@example(PAUSING, [Fate()], False)
@example(WITHOUT_PAUSE, [Fate()], True)
def test_corrections_and_times_stay_with_their_characters_across_parts(
    voice: Voice, fates: list[Fate], prefix: bool
) -> None:
    found = talk(voice, fates, listens(voice, prefix=prefix), replace(RULES, words=True))
    for versions in found.versions.values():
        for version in versions:
            for correction in version.corrections or ():
                assert correction.heard == f"错{version.text[correction.start : correction.end]}"
            if version.words is not None:
                assert text_of(version.words) == version.text
                assert list(version.words) == heard_in(version.span, voice)
        final = versions[-1]
        places = [correction.start for correction in final.corrections or ()]
        assert places == [i for i, char in enumerate(final.text) if ord(char) % 3 == 0]


# --- what is stable ---------------------------------------------------------------------------------------------------

texts = st.text("甲乙丙丁，。", max_size=12)


agreeing = st.builds(AgreementRules, passes=st.integers(1, 4), hold_back=st.integers(0, 4))


@given(st.lists(texts, max_size=12), texts, agreeing)
@example(["甲乙丙丁甲"] * 2 + ["乙丁", ""], "", AgreementRules(passes=2, hold_back=0))
def test_no_later_version_and_no_final_text_changes_what_is_stable(
    hypotheses: list[str], last: str, rules: AgreementRules
) -> None:
    agreement, stable = Agreement(rules), ""
    for hypothesis in hypotheses:
        shown = agreement.hear(hypothesis)
        assert shown.startswith(stable)
        assert agreement.stable.startswith(stable)
        assert shown.startswith(agreement.stable)
        stable = agreement.stable
    assert agreement.settle(last).startswith(stable)


@given(st.lists(texts, max_size=6), texts, agreeing)
def test_what_is_heard_often_enough_is_stable_but_for_its_end(
    hypotheses: list[str], often: str, rules: AgreementRules
) -> None:
    agreement = Agreement(rules)
    for hypothesis in hypotheses:
        agreement.hear(hypothesis)
    shown = [agreement.hear(often) for _ in range(rules.passes)][-1]
    assert len(letters(shown)) - len(letters(agreement.stable)) <= rules.hold_back


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def babbles(seed: int) -> Engine:
    """A recogniser that says anything: other texts, or nothing, each time, and words at any place of its sound."""

    def engine(job: TranscribeJob) -> Transcript:
        random = Random(f"{seed} {job.revision} {job.utterance}")
        text = "".join(random.choices("甲乙丙，。", k=random.randint(0, 9)))
        places = sorted(random.randint(job.span.start, job.span.end) for _ in range(len(text) + 1))
        words = tuple(Word(char, Span(*ends)) for char, ends in zip(text, pairwise(places), strict=True))
        corrections = tuple(Correction(i, i + 1, "丁", 1.0) for i, char in enumerate(text) if char == "甲")
        answer = replace(job.answer(text), corrections=corrections or None)
        return replace(answer, words=words) if job.words else answer

    return engine


@given(voices, fates, st.integers(0, 10**6), st.booleans())
@example(PAUSING, [Fate()], 1, True)
@example(PAUSING, [Fate(3), Fate(0, "empty")], 2, True)
@example(WITHOUT_PAUSE, [Fate()], 3, False)
def test_the_versions_of_a_text_keep_what_was_stable_whatever_the_recogniser_says(
    voice: Voice, fates: list[Fate], seed: int, asked: bool
) -> None:
    found = talk(voice, fates, babbles(seed), replace(RULES, words=asked))
    assert sorted(found.versions) == sorted(found.ended)
    for versions in found.versions.values():
        assert [version.final for version in versions] == [False] * (len(versions) - 1) + [True]
        for older, newer in pairwise(versions):
            assert newer.revision > older.revision
            assert newer.stable >= older.stable
            assert newer.text.startswith(older.text[: older.stable])
        assert versions[-1].stable == len(versions[-1].text)
        for version in versions:
            assert version.stable <= len(version.text)
            for correction in version.corrections or ():
                assert version.text[correction.start : correction.end] == "甲"


# --- work and endpoints -----------------------------------------------------------------------------------------------


@given(st.integers(60, 240), st.lists(st.builds(Fate, st.integers(0, 1)), min_size=1, max_size=3), st.booleans())
def test_speech_without_a_pause_never_makes_a_long_job(loud: int, fates: list[Fate], timed: bool) -> None:
    """A recogniser that tells times hears little more than the part that is due; any other, one utterance at most."""
    voice = Voice([(3, loud)])
    rules = replace(RULES, parts=replace(RULES.parts, cut_seconds=10 * _SECONDS))
    found = talk(voice, fates, listens(voice, prefix=True, timed=timed), rules)
    assert max(len(job.span) for job in found.jobs) <= (25 if timed else 60) * WINDOW
    said, every = "".join(final.text for final in found.finals), text_of(heard_in(found.whole, voice))
    assert every.startswith(said)
    assert len(every) - len(said) < 2  # what follows the longest utterance may be too short for another


ANSWERS = st.sampled_from(["好的", "一三八零", "我要查话费", ""])


@given(voices, ANSWERS, ANSWERS)
def test_without_speculation_nothing_is_decoded_before_an_utterance_has_ended(
    voice: Voice, one: str, other: str
) -> None:
    rules = replace(RULES, speculate=False)
    told = [talk(voice, [Fate()], lambda job, said=said: job.answer(said), rules) for said in (one, other)]
    assert [job.final for job in told[0].jobs] == [True] * len(told[0].ended)
    assert told[0].ended == told[1].ended
    assert [job.span for job in told[0].jobs] == [job.span for job in told[1].jobs]


@given(voices, fates, ANSWERS)
def test_an_utterance_ends_once_and_only_after_its_silence(voice: Voice, fates: list[Fate], said: str) -> None:
    found = talk(voice, fates, lambda job: job.answer(said))
    assert found.began == [f"c{i}" for i in range(1, len(found.began) + 1)]
    assert sorted(found.ended, key=found.began.index) == found.began
    spans = list(found.ended.values())
    assert all(before.end <= after.start for before, after in pairwise(spans))
    heard = "".join(text_of(heard_in(span, voice)) for span in spans)
    every = text_of(heard_in(found.whole, voice))
    unheard = {ord(char) for char in every} - {ord(char) for char in heard}
    assert all(char + 1 not in unheard for char in unheard)  # a single window is a click and no utterance
