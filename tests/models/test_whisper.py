"""What the recogniser makes of its decoder's answers: one retry, doubt that is shown, batches, context, corrections.

The decoder is scripted: a token is a character, and what it writes for a sound is looked up by the sound's loudness.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from assist.core.events import Channel, Correction
from assist.core.lexicon import Term
from assist.core.ports import TranscribeJob
from assist.core.spans import RATE, Span
from models.corrector import MOST_ASKED, Corrector
from models.decoding import Alignment, Encoded, Hypothesis, Pcm
from models.whisper import DecodeOptions, FasterWhisper

pytestmark = pytest.mark.unit

START = 5 * RATE
BEFORE, TASK = -1, -2  # signs in a prompt
OPTIONS = DecodeOptions(
    padding=1.0,
    least=2.0,
    beam=4,
    partial_beam=2,
    crowd_beam=3,
    retry_padding=2.5,
    retry_beam=7,
    hotword_tokens=8,
    before_tokens=6,
)
LOOP = "我要投诉我要投诉我要投诉我要投诉"


def said(
    text: str,
    log_probability: float = -0.3,
    *,
    tokens: int | None = None,
    no_speech: float = 0.05,
    until: float | None = None,
) -> Hypothesis:
    rows = tuple(map(ord, text))
    return Hypothesis(text, rows, log_probability, no_speech, len(text) + 2 if tokens is None else tokens, until)


CAPPED = said("您好", tokens=10_000)


@dataclass(frozen=True)
class Decoded:
    """One call of the decoder."""

    sounds: list[float]  # loudness of each
    padding: float
    prompts: list[str]
    prefixes: list[str]
    beam: int


class Sounds(Encoded):
    """What the scripted encoder makes of sounds: their padding, and how loud each is."""

    def pieces(self) -> list["Sounds"]:
        padding, sounds = self.features
        each = zip(sounds, self.seconds, strict=True)
        return [Sounds((padding, [sound]), (seconds,), self.frames) for sound, seconds in each]


@dataclass
class ScriptedDecoder:
    """Gives the answers of each sound one after the other, the last one for ever."""

    script: dict[float, list[Hypothesis]]
    likely: Callable[[str, Sequence[int]], float] = lambda text, before: -1.0 * len(text)
    calls: list[Decoded] = field(default_factory=list)
    encoded: list[Pcm] = field(default_factory=list)
    aligned: list[tuple[float, list[str]]] = field(default_factory=list)  # how loud the sound, and the texts

    def encode(self, sounds: Sequence[Pcm], padding: float, least: float) -> Encoded:
        self.encoded += sounds
        seconds = tuple(len(pcm) / RATE for pcm in sounds)
        return Sounds((padding, [round(float(np.abs(pcm).max()), 2) for pcm in sounds]), seconds, 100)

    def decode(self, encoded, prompts, caps, beam, *, prefixes=(), hypotheses=1) -> list[list[Hypothesis]]:
        padding, sounds = encoded.features
        assert len(sounds) == len(prompts) == len(caps)
        assert len(set(map(len, prompts))) == 1
        assert len(set(map(len, prefixes))) <= 1
        self.calls.append(
            Decoded(sounds, padding, [_prompt(p) for p in prompts], [self.text(p) for p in prefixes], beam)
        )
        answers = [self.script[sound] for sound in sounds]
        return [[answer.pop(0) if len(answer) > 1 else answer[0]] for answer in answers]

    def align(self, encoded, texts, before) -> list[Alignment]:
        assert len(encoded.seconds) == 1
        self.aligned.append((encoded.features[1][0], [self.text(text) for text in texts]))
        return [
            Alignment(
                tuple(self.likely(self.text(text), before) / len(text) for _ in text),
                tuple((12 * i, 12 * i + 10) for i in range(len(text))),
            )
            for text in texts
        ]

    def rows(self, text: str) -> list[int]:
        return list(map(ord, text))

    def text(self, rows: Sequence[int]) -> str:
        return "".join(map(chr, rows))

    def prompt(self, before: Sequence[int]) -> list[int]:
        return [BEFORE, *before, TASK] if before else [TASK]


def _prompt(tokens: Sequence[int]) -> str:
    """What a prompt says was said before."""
    return "".join(chr(token) for token in tokens if token >= 0)


@pytest.fixture
def recogniser(monkeypatch):
    """A recogniser whose decoder gives these answers; a sound that is not named is the one of loudness 0.5."""

    def build(
        *answers: Hypothesis,
        sounds: dict[float, list[Hypothesis]] | None = None,
        terms: Sequence[Term] = (),
        words: Sequence[str] = (),
        likely: Callable[[str, Sequence[int]], float] | None = None,
    ) -> tuple[FasterWhisper, ScriptedDecoder]:
        decoder = ScriptedDecoder({0.5: list(answers)} | (sounds or {}))
        decoder.likely = likely or decoder.likely
        monkeypatch.setattr("models.whisper.Decoder", lambda *_: decoder)
        return FasterWhisper(Path("nowhere"), "scripted", OPTIONS, corrector=Corrector(terms, words)), decoder

    return build


def job(loudness: float = 0.5, *, seconds: float = 2.0, **rest: object) -> TranscribeJob:
    pcm = np.full(int(seconds * RATE), loudness, np.float32)
    fields: dict = {"utterance": "a1", "channel": Channel.AGENT, "revision": 1, "final": True, **rest}
    return TranscribeJob(span=Span(START, START + len(pcm)), pcm=pcm, **fields)


def test_a_text_that_nothing_speaks_against_is_decoded_once(recogniser):
    engine, decoder = recogniser(said("您好,請問要辦什麼業務?"))
    [answer] = engine.transcribe([job()])
    assert (answer.text, answer.suspect, answer.corrections, answer.words) == (
        "您好，请问要办什么业务？",
        False,
        None,
        None,
    )
    assert [(call.padding, call.beam) for call in decoder.calls] == [(1.0, 4)]


@pytest.mark.parametrize(
    "doubtful", [CAPPED, said(LOOP), said("嗯那个就是", -1.7), said("快" * 9 + "慢" * 9 + "行" * 9)]
)
@pytest.mark.parametrize("kind", [{"final": True}, {"final": False, "pause": True}])
def test_a_doubtful_text_is_tried_once_more_with_all_the_room(recogniser, doubtful, kind):
    engine, decoder = recogniser(doubtful, said("我要办理销户"))
    [answer] = engine.transcribe([job(hotwords=("销户",), before="您好", prefix="我", **kind)])
    assert (answer.text, answer.suspect) == ("我要办理销户", False)
    first, second = decoder.calls
    assert (first.padding, first.beam) == (1.0, 4)
    assert first.prompts == [" 销户您好"]
    assert (second.padding, second.beam, second.prompts, second.prefixes) == (2.5, 7, [""], ["我"])


@pytest.mark.parametrize(
    ("again", "text"),
    [
        (said("我要办理销户", -0.5), "我要办理销户"),
        (said("我要办理消户", -0.95), "我要半里销户"),
        (said(LOOP, -0.1), "我要半里销户"),
    ],
)
def test_an_improbable_text_is_heard_again_in_the_whole_window_and_the_likelier_one_stands(recogniser, again, text):
    engine, decoder = recogniser(said("我要半里销户", -0.9), again)
    [answer] = engine.transcribe([job(hotwords=("销户",))])
    assert (answer.text, answer.suspect) == (text, False)
    assert [(call.padding, call.prompts) for call in decoder.calls] == [(1.0, [" 销户"]), (30.0, [""])]


def test_an_improbable_partial_is_not_heard_again(recogniser):
    engine, decoder = recogniser(said("我要半里销户", -0.9))
    engine.transcribe([job(final=False)])
    assert len(decoder.calls) == 1


def test_a_crowd_is_decoded_in_lanes_by_parts_of_like_length(monkeypatch):
    decoder = ScriptedDecoder({round(n / 10, 2): [said(str(n) * 3)] for n in range(1, 10)})
    monkeypatch.setattr("models.whisper.Decoder", lambda *_: decoder)
    engine = FasterWhisper(Path("nowhere"), "scripted", replace(OPTIONS, lanes=2))
    seconds = [2.0, 9.0, 2.2, 2.1, 1.9, 8.8, 2.3]
    answers = engine.transcribe([job((n + 1) / 10, seconds=s) for n, s in enumerate(seconds)])
    assert [answer.text for answer in answers] == [str(n + 1) * 3 for n in range(len(seconds))]
    assert sorted(call.sounds for call in decoder.calls) == [[0.2, 0.6], [0.5], [0.7, 0.3, 0.4, 0.1]]
    assert engine.capabilities.batch == 2 * OPTIONS.batch


def test_what_is_still_doubtful_is_marked_and_not_tried_again(recogniser):
    engine, decoder = recogniser(CAPPED, said(LOOP, -0.2))
    [answer] = engine.transcribe([job(seconds=4.0)])
    assert answer.suspect
    assert answer.text == "我要投诉"  # said once, and marked
    assert len(decoder.calls) == 2


def test_of_two_doubtful_texts_the_likelier_stands(recogniser):
    for first, second in ((-1.4, -2.0), (-2.0, -1.4)):
        engine, _ = recogniser(said("您好请问", first), said("你好轻问", second))
        [answer] = engine.transcribe([job()])
        assert answer.suspect
        assert answer.text == ("您好请问" if first > second else "你好轻问")


def test_a_doubtful_partial_is_not_shown_and_costs_no_second_decode(recogniser):
    engine, decoder = recogniser(CAPPED, said("您好"))
    [answer] = engine.transcribe([job(final=False)])
    assert (answer.text, answer.suspect, answer.final) == ("", False, False)
    assert [call.beam for call in decoder.calls] == [2]


@pytest.mark.parametrize(
    ("nothing", "voiced"),
    [(said("", -2.0, no_speech=0.9), 1.0), (said("请不吝点赞订阅", -0.1, no_speech=0.7), 1.0), (said("您好"), 0.02)],
)
def test_where_nobody_spoke_only_what_was_settled_stands(recogniser, nothing, voiced):
    engine, _ = recogniser(nothing)
    for prefix in ("", "您好，"):
        [answer] = engine.transcribe([job(prefix=prefix, voiced=voiced)])
        assert (answer.text, answer.suspect) == (prefix, False)


def test_words_to_expect_that_come_unasked_are_weighed_against_the_sound(recogniser):
    def likely(text: str, before: Sequence[int]) -> float:
        return -1.0 if text == truth else -20.0

    for truth in ("宽带", "宽窄"):
        engine, decoder = recogniser(said("宽带"), said("宽窄", -0.8), likely=likely)
        [answer] = engine.transcribe([job(hotwords=("宽带", "销户"))])
        assert (answer.text, answer.suspect) == (truth, False)
        assert decoder.calls[1].prompts == [""]


def test_a_batch_keeps_its_order_and_is_split_by_what_is_at_stake(recogniser):
    kinds = {
        0.1: {"final": True},
        0.2: {"final": False},
        0.3: {"final": False, "pause": True},
        0.4: {"final": True},
        0.6: {"final": False},
    }
    engine, decoder = recogniser(sounds={loudness: [said(f"第{loudness}个")] for loudness in kinds})
    jobs = [job(loudness, utterance=f"u{loudness}", **kind) for loudness, kind in kinds.items()]
    jobs.insert(2, job(0.0, utterance="silent"))
    answers = engine.transcribe(jobs)
    assert [(a.utterance, a.text) for a in answers] == [
        (j.utterance, "" if j.utterance == "silent" else f"第{j.utterance[1:]}个") for j in jobs
    ]
    assert [(call.sounds, call.beam) for call in decoder.calls] == [([0.1, 0.3, 0.4], 3), ([0.2, 0.6], 2)]


@pytest.mark.parametrize(("texts", "beam"), [(1, 4), (2, 4), (3, 3), (5, 3)])
def test_many_texts_together_are_an_archive_and_take_a_narrower_beam(recogniser, texts, beam):
    engine, decoder = recogniser(said("您好"))
    engine.transcribe([job(utterance=f"u{i}") for i in range(texts)])
    assert [call.beam for call in decoder.calls] == [beam]


def test_in_a_batch_only_the_doubtful_one_is_decoded_again(recogniser):
    engine, decoder = recogniser(
        sounds={0.1: [said("您好")], 0.2: [CAPPED, said("再见了")], 0.3: [CAPPED, said(LOOP, -0.2)]}
    )
    answers = engine.transcribe([job(loudness, seconds=4.0) for loudness in (0.1, 0.2, 0.3)])
    assert [(a.text, a.suspect) for a in answers] == [("您好", False), ("再见了", False), ("我要投诉", True)]
    assert [call.sounds for call in decoder.calls] == [[0.1, 0.2, 0.3], [0.2], [0.3]]


@pytest.mark.parametrize("samples", [0, 1, 300])
def test_what_is_too_short_to_say_anything_is_not_decoded(recogniser, samples):
    engine, decoder = recogniser(said("您好"))
    [answer] = engine.transcribe([job(seconds=samples / RATE, prefix="嗯")])
    assert (answer.text, decoder.calls) == ("嗯", [])


def test_the_decoder_never_sees_what_is_no_number(recogniser):
    engine, decoder = recogniser(said("您好"))
    bad = job()
    bad.pcm[::100], bad.pcm[50::100] = np.nan, np.inf
    engine.transcribe([bad])
    assert decoder.encoded
    assert all(np.isfinite(pcm).all() for pcm in decoder.encoded)
    assert np.isnan(bad.pcm[0])  # the caller's sound is left as it was


def test_the_most_useful_word_to_expect_stands_nearest_to_the_text(recogniser):
    """Eight characters of hotwords with their gaps, six of what was said before."""
    engine, decoder = recogniser(said("您好"))
    engine.transcribe([job(hotwords=("销户", "宽带", "流量包"), before="请问您要办什么业务")])
    assert decoder.calls[0].prompts == [" 宽带 销户要办什么业务"]


@pytest.mark.parametrize("hotwords", [("携" * 30, "销户"), ("销户", "携号转网了"), ("携" * 8, "销户", "转" * 6)])
def test_a_word_too_long_to_fit_leaves_its_place_to_the_next(recogniser, hotwords):
    engine, decoder = recogniser(said("您好"))
    engine.transcribe([job(hotwords=(*hotwords, "网龄"))])
    assert decoder.calls[0].prompts == [" 网龄 销户"]
    engine.transcribe([job(hotwords=("携" * 30,))])
    assert decoder.calls[1].prompts == [""]


def test_prompts_of_a_batch_are_cut_at_the_far_end(recogniser):
    engine, decoder = recogniser(sounds={0.1: [said("您好")], 0.2: [said("再见")]})
    engine.transcribe([job(0.1, hotwords=("销户", "宽带")), job(0.2, before="好的")])
    assert decoder.calls[0].prompts == ["销户", "好的"]


def test_a_correction_is_told_with_what_was_heard(recogniser):
    terms = [Term("销户", "service"), Term("宽带", "service")]
    engine, _ = recogniser(said("我要消户,還有寬代"), terms=terms, likely=lambda text, _: -9.0 * ("宽带" in text))
    [answer] = engine.transcribe([job()])
    assert answer.text == "我要销户，还有宽代"
    assert answer.corrections == (Correction(2, 4, "消户", answer.corrections[0].gain),)
    assert answer.corrections[0].gain > 0


def test_the_audio_is_asked_with_what_was_said_before_it(recogniser):
    asked: set[str] = set()

    def likely(text: str, before: Sequence[int]) -> float:
        asked.add("".join(map(chr, before)))
        return 0.0

    engine, _ = recogniser(said("我要消户"), terms=[Term("销户", "service")], likely=likely)
    assert engine.transcribe([job(before="您好")])[0].text == "我要销户"
    assert asked == {"您好"}


def test_in_a_batch_each_is_corrected_by_its_own_sound(recogniser):
    sounds = {0.1: [said("我要消户")], 0.2: [said("宽代断了")], 0.3: [said("您好")]}
    engine, decoder = recogniser(sounds=sounds, terms=[Term("销户", "service"), Term("宽带", "service")])
    answers = engine.transcribe([job(loudness) for loudness in sounds])
    assert [answer.text for answer in answers] == ["我要销户", "宽带断了", "您好"]
    assert [(loudness, asked[0]) for loudness, asked in decoder.aligned] == [(0.1, "我要消户"), (0.2, "宽代断了")]
    assert len(decoder.encoded) == 3  # what was encoded together is not encoded again


def test_what_is_settled_is_not_corrected(recogniser):
    engine, _ = recogniser(said("我要消户和消户"), terms=[Term("销户", "service")])
    [answer] = engine.transcribe([job(prefix="我要消")])
    assert answer.text == "我要消户和销户"
    assert [c.start for c in answer.corrections] == [5]


def test_times_of_words_are_those_of_the_corrected_text_inside_the_job(recogniser):
    engine, _ = recogniser(said("我要消户"), terms=[Term("销户", "service")])
    for seconds in (2.0, 0.5):
        [answer] = engine.transcribe([job(seconds=seconds, words=True)])
        assert [word.text for word in answer.words] == list("我要销户")
        edges = [START, *(e for w in answer.words for e in (w.span.start, w.span.end)), START + int(seconds * RATE)]
        assert edges == sorted(edges)
    [answer] = engine.transcribe([job(seconds=2.0, words=True)])
    assert answer.words[1].span == Span(START + int(0.24 * RATE), START + int(0.44 * RATE))


def test_everyday_words_are_put_right_too(recogniser):
    engine, decoder = recogniser(said("按留成消户"), terms=[Term("销户", "service")], words=["流程"])
    [answer] = engine.transcribe([job()])
    assert answer.text == "按流程销户"
    assert [(c.start, c.heard) for c in answer.corrections] == [(1, "留成"), (3, "消户")]
    [(_, asked)] = decoder.aligned
    assert asked[0] == "按留成消户"
    assert sorted(asked[1:]) == ["按流程消户", "按留成销户"]


@pytest.mark.parametrize(
    ("kind", "most"), [({"final": False}, 2), ({"final": False, "pause": True}, MOST_ASKED), ({}, MOST_ASKED)]
)
def test_a_text_that_is_replaced_in_a_moment_costs_fewer_questions(recogniser, kind, most):
    heard = "消户和宽代，六亮和讨餐，寄费和子费，我查欠非，再问副咖和煮卡，携转与光毛"
    right = ("销户", "宽带", "流量", "套餐", "计费", "资费", "欠费", "副卡", "主卡", "光猫")
    engine, decoder = recogniser(said(heard), terms=[Term(text, "service") for text in right])
    [answer] = engine.transcribe([job(seconds=9.0, prefix="消户和", **kind)])
    assert (answer.suspect, len(answer.corrections)) == (False, most)
    assert [len(asked) for _, asked in decoder.aligned] == [1 + most]


def test_settled_beginnings_of_several_lengths_stay_whole(recogniser):
    """Decoded side by side are those whose beginnings have one length; the decoder takes no others."""
    heads = {0.1: "您好", 0.2: "", 0.3: "请问", 0.4: "我要办理"}
    engine, decoder = recogniser(sounds={loudness: [said(head + "销户")] for loudness, head in heads.items()})
    jobs = [job(loudness, prefix=head, utterance=f"u{loudness}") for loudness, head in heads.items()]
    answers = engine.transcribe(jobs)
    assert [(a.utterance, a.text) for a in answers] == [
        (f"u{loudness}", head + "销户") for loudness, head in heads.items()
    ]
    assert [(call.sounds, call.prefixes) for call in decoder.calls] == [
        ([0.1, 0.3], ["您好", "请问"]),
        ([0.2], [""]),
        ([0.4], ["我要办理"]),
    ]


def test_a_loop_is_cut_only_after_what_is_settled(recogniser):
    prefix = "对的对的对的"
    engine, _ = recogniser(said(prefix + "我要投诉我要投诉我要投诉"))
    [answer] = engine.transcribe([job(seconds=6.0, prefix=prefix)])
    assert (answer.text, answer.suspect) == (prefix + "我要投诉", True)
    engine, _ = recogniser(said(prefix + "我要投诉"))  # what was settled is not there
    [answer] = engine.transcribe([job(seconds=6.0, prefix="您好")])
    assert answer.text == "对的我要投诉"


SAID_BEFORE = "请问您要办理什么业务？"


@pytest.mark.parametrize("second", ["我要办理销户", "请问您要办理什么"])
def test_what_was_said_before_and_is_said_again_is_tried_without_it(recogniser, second):
    """The second try was told nothing: what it hears, be it the same, was said."""
    engine, decoder = recogniser(said("请问您要办理什么业务"), said(second))
    [answer] = engine.transcribe([job(before=SAID_BEFORE)])
    assert (answer.text, answer.suspect) == (second, False)
    assert [call.prompts for call in decoder.calls] == [[SAID_BEFORE[-6:]], [""]]


def test_an_echo_is_looked_for_after_what_is_settled(recogniser):
    for prefix, tries in (("请问您要办理", 1), ("", 2)):
        engine, decoder = recogniser(said("请问您要办理销户吗"))
        engine.transcribe([job(before=SAID_BEFORE, prefix=prefix)])
        assert len(decoder.calls) == tries


def test_a_partial_that_echoes_is_not_shown(recogniser):
    engine, decoder = recogniser(said("请问您要办理什么业务"))
    [answer] = engine.transcribe([job(before=SAID_BEFORE, final=False)])
    assert (answer.text, len(decoder.calls)) == ("", 1)


@pytest.mark.parametrize(
    ("doubtful", "shown"),
    [
        (said("您好，" + LOOP), "您好，我要投诉"),
        (said("这个月的话费有点高这个月的话费有点高"), "这个月的话费有点高"),
        (said("您好，" + LOOP, tokens=10_000), "您好，我要投诉"),
        (said("您好，" + LOOP, -1.7), ""),  # the decoder itself does not believe it
        (said("快" * 9 + "慢" * 9 + "行" * 9), ""),
        (said("嗯那个就是", -1.7), ""),
    ],
)
def test_of_a_doubtful_partial_the_first_round_of_a_loop_is_shown_and_marked(recogniser, doubtful, shown):
    engine, decoder = recogniser(doubtful, terms=[Term("投宿", "invented")])
    [answer] = engine.transcribe([job(seconds=2.5, final=False)])
    assert (answer.text, answer.suspect) == (shown, bool(shown))
    assert (len(decoder.calls), decoder.aligned) == (1, [])


def test_where_the_text_stops_before_the_sound_the_rest_is_heard(recogniser):
    sounds = {0.1: [said("我想要销户，", until=1.5), said("还有宽带", until=2.4)]}
    engine, decoder = recogniser(sounds=sounds)
    [answer] = engine.transcribe([job(0.1, seconds=4.0, hotwords=("销户",), before="您好")])
    assert answer.text == "我想要销户，还有宽带"
    assert [len(pcm) / RATE for pcm in decoder.encoded] == [4.0, 2.5]
    assert [call.prompts for call in decoder.calls] == [[" 销户您好"], [" 销户我想要销户，"]]


@pytest.mark.parametrize(
    ("first", "rest", "kind"),
    [
        (said("我要销户", until=3.5), said("谢谢"), {}),  # too little is left
        (said("我要销户"), said("谢谢"), {}),  # it says that it goes on to the end
        (said("我要销户", until=1.0), said("谢谢"), {"final": False}),
    ],
)
def test_no_rest_is_asked_for_where_none_is_left_or_the_text_is_replaced_in_a_moment(recogniser, first, rest, kind):
    engine, decoder = recogniser(first, rest)
    [answer] = engine.transcribe([job(seconds=4.0, **kind)])
    assert (answer.text, len(decoder.calls)) == ("我要销户", 1)


@pytest.mark.parametrize(
    "rest",
    [
        CAPPED,
        said(LOOP),
        said("谢谢", -1.7),
        said("谢谢", no_speech=0.8),
        said("请不吝点赞订阅", no_speech=0.5),
        said(""),
        said("销户"),
    ],
)
def test_a_rest_that_is_doubtful_empty_or_said_already_is_left_out(recogniser, rest):
    engine, decoder = recogniser(said("我要销户", until=1.0), rest)
    [answer] = engine.transcribe([job(seconds=4.0)])
    assert (answer.text, answer.suspect, len(decoder.calls)) == ("我要销户", False, 2)


def test_a_text_without_end_is_given_up_after_a_few_rests(recogniser):
    rests = [said(text, until=0.1) for text in ("甲", "乙", "丙", "丁", "戊")]
    engine, decoder = recogniser(said("我要销户", until=0.1), *rests)
    [answer] = engine.transcribe([job(seconds=9.0)])
    assert (answer.text, len(decoder.calls)) == ("我要销户甲乙丙", 4)


def test_a_text_that_fills_the_decoder_goes_on_where_its_last_word_ends(recogniser):
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 60)))
    engine, decoder = recogniser(said(long, tokens=220), said("再见"))
    [answer] = engine.transcribe([job(seconds=20.0)])
    assert answer.text.endswith("再见")
    assert len(decoder.encoded[-1]) / RATE == pytest.approx(20.0 - (12 * 59 + 10) * 0.02, abs=0.01)
