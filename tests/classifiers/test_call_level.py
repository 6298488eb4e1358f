"""Hold, steps, single sentences, and the promise never to raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.core.events import Channel, CueKind
from assist.core.lexicon import Lexicon, Phrases
from assist.core.playbook import Entry, Model, Playbook, Scene, Stage, Step, Title
from assist.core.triggers import OnPhrase, OnStage
from classifiers.builtin import build_classifiers
from classifiers.sentence import classify_sentence
from classifiers.spoken import Spoken
from classifiers.steps import Steps
from tests.classifiers.conftest import call, said
from tests.classifiers.test_meaning import Compass

pytestmark = pytest.mark.unit

NAME = Title("名", "name")


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
    assert len(set(names)) == len(names) == 17
