"""Customer types, hold, steps, single sentences, and the promise never to raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.core.events import Channel, CueKind, TypeProbabilities
from assist.core.lexicon import Lexicon, Phrases
from assist.core.playbook import Entry, Model, Playbook, Scene, Stage, Step, Title
from assist.core.triggers import OnPhrase, OnStage
from classifiers.builtin import build_classifiers
from classifiers.customer_type import TYPES, CustomerTypes
from classifiers.sentence import classify_sentence
from classifiers.spoken import Spoken
from classifiers.steps import Steps
from tests.classifiers.conftest import call, said
from tests.classifiers.test_meaning import Compass

pytestmark = pytest.mark.unit

NAME = Title("名", "name")


def talk(*texts: str, rate: float = 4.5) -> list:
    return [said(text, utterance=f"u{i}", at=20 * i, seconds=len(text) / rate) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("power", ("别绕了，直接说多少钱", "我只要结果，今天就给我解决", "能办就办，不行就叫你们经理")),
        ("lively", ("哈哈，我跟你说，我朋友都用你们的", "最新款真好看，太好了", "小妹你声音真好听")),
        ("perfect", ("这个具体是怎么算的，给我明细", "合同上写的第几条，依据是什么", "我记下了，你再确认一遍")),
        ("peaceful", ("都行，听你的", "不着急，慢慢来", "我回去问问我老伴，习惯了懒得换")),
    ],
)
def test_types_add_up_over_the_call(lexicon: Lexicon, kind: str, texts: tuple[str, ...]) -> None:
    *before, last = talk(*texts)
    (judgement,) = CustomerTypes(lexicon).classify(last, call(*before))
    assert isinstance(judgement.hit, TypeProbabilities)
    assert judgement.signal.label == kind
    assert judgement.signal.score == judgement.hit.probabilities[kind]
    assert set(judgement.hit.probabilities) == set(TYPES)
    assert sum(judgement.hit.probabilities.values()) == pytest.approx(1, abs=0.001)
    assert judgement.signal.evidence


def test_one_word_decides_no_type(lexicon: Lexicon) -> None:
    (judgement,) = CustomerTypes(lexicon).classify(said("你直接说多少钱"), call())
    assert judgement.signal.score < 0.6


def test_the_text_itself_counts_once_when_the_state_has_it(lexicon: Lexicon) -> None:
    text = said("你直接说多少钱")
    (alone,) = CustomerTypes(lexicon).classify(text, call())
    (folded,) = CustomerTypes(lexicon).classify(text, call(text))
    assert alone == folded


def test_pace_is_evidence(lexicon: Lexicon) -> None:
    (fast,) = talk("我家住在人民路二十号三单元", rate=7)
    (judgement,) = CustomerTypes(lexicon).classify(fast, call())
    assert judgement.signal.label == "lively"
    assert [one.measure for one in judgement.signal.evidence] == ["speech_rate"]


def test_nothing_to_go_by_is_no_judgement(lexicon: Lexicon) -> None:
    (plain,) = talk("我家住在人民路二十号三单元")
    assert list(CustomerTypes(lexicon).classify(plain, call())) == []


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("announced", "请您稍等，我查一下"),
        ("announced", "您先别挂，我马上去核实"),
        ("resumed", "让您久等了"),
        ("resumed", "感谢您的耐心等待"),
        (None, "您等了这么久真是抱歉"),
    ],
)
def test_hold(lexicon: Lexicon, label: str | None, text: str) -> None:
    labels = [
        judgement.signal.label for judgement in Spoken("hold", lexicon.hold).classify(said(text, Channel.AGENT), call())
    ]
    assert labels == ([label] if label else [])


def small_playbook() -> Playbook:
    name_asked = Step("greeting.name", NAME, Channel.AGENT, True, Phrases(("怎么称呼您",)))
    agreed = Step("agree.yes", NAME, Channel.CUSTOMER, True, Phrases(("那就办吧",)))
    soothed = Step("handle.sorry", NAME, Channel.AGENT, False, Phrases(("给您添麻烦了",)))
    greeting = Stage("greeting", NAME, (name_asked,), Phrases(("这里是…客服",)))
    own = Model("M2", NAME, (greeting, Stage("agree", NAME, (agreed,))))
    interlude = Stage("handle", NAME, (soothed,), interlude=True)
    other = Model("M6", NAME, (interlude, Stage("closing", NAME, (name_asked,))))
    heard = OnPhrase(Channel.CUSTOMER, Phrases(("投诉…工信部",)), "authority")
    cue = Entry(
        id="authority",
        sources=("C3",),
        kind=CueKind.SAY,
        when=(heard, OnStage(("greeting",))),
        title="题",
        say="话",
        why="因",
    )
    return Playbook(
        id="small",
        version="1.0",
        title=NAME,
        default_scene="renewal",
        fallback_model="M2",
        models={"M2": own, "M6": other},
        scenes={"renewal": Scene("renewal", ("S2",), "M2", True, {}, ())},
        entries=(cue,),
        lexicon=Lexicon(),
        labels={},
    )


@pytest.mark.parametrize(
    ("channel", "text", "signals"),
    [
        (Channel.AGENT, "您好，这里是电信客服，请问怎么称呼您", [("stage", "greeting"), ("step", "greeting.name")]),
        (Channel.CUSTOMER, "怎么称呼您", []),
        (Channel.CUSTOMER, "行，那就办吧", [("step", "agree.yes")]),
        (Channel.AGENT, "真是给您添麻烦了", [("step", "handle.sorry")]),
        (Channel.CUSTOMER, "我要投诉到工信部", [("phrase", "authority")]),
    ],
)
def test_steps(channel: Channel, text: str, signals: list[tuple[str, str]]) -> None:
    judged = Steps(small_playbook()).classify(said(text, channel), call())
    assert [(judgement.signal.signal, judgement.signal.label) for judgement in judged] == signals


def test_sentence_has_exactly_its_fields() -> None:
    answer = classify_sentence(small_playbook(), "您好", None)
    assert answer == {"forbidden": [], "objection": None, "intent": None, "emotion": "calm", "commitment": None}


def test_sentence_without_channel_is_asked_everything(judges: tuple) -> None:
    answer = classify_sentence(judges, "随你便，这个月租也太贵了", None)
    assert [hit["category"] for hit in answer["forbidden"]] == ["dismissive"]
    assert answer["objection"]["topic"] == "price"
    assert set(answer["forbidden"][0]) == {"category", "matched", "severity", "say_instead"}
    assert set(answer["objection"]) == {"topic", "objection", "score"}


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("我您不是一十百半点号月周天内前，。？0159:", max_size=60)))
def test_never_raises(judges: tuple, text: str) -> None:
    for channel in Channel:
        for classifier in judges:
            for judgement in classifier.classify(said(text, channel), call()):
                assert 0 <= judgement.signal.score <= 1


def test_classifiers_have_names_of_their_own() -> None:
    names = [classifier.name for classifier in build_classifiers(small_playbook(), Compass())]
    assert len(set(names)) == len(names) == 12
