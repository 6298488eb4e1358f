"""Objections: topic, kind and handling; questions and requests are none; the hidden one is read from the call."""

import pytest

from assist.core.events import ObjectionHit, ObjectionRaised
from assist.core.lexicon import Lexicon
from assist.core.state import CallState, fold
from classifiers.objections import Objections
from tests.classifiers.answers import RuleHead, always, trained
from tests.classifiers.conftest import Ask, call, said

pytestmark = pytest.mark.unit

TOPICS = [
    ("price", "一个月一百九十九实在太贵了"),
    ("competitor", "人家联通同样的才三十九块"),
    ("network", "我家里信号一直很差"),
    ("device", "送的路由器用了没几天就坏了"),
    ("billing", "上个月莫名其妙多扣了我三十块"),
    ("service", "打了五次电话都没人处理"),
    ("contract", "一绑就是两年，提前走还要交违约金"),
    ("need", "我平时很少上网，用不了那么多"),
    ("time", "我这会儿没时间，改天再说"),
    ("trust", "说得好听，谁知道是不是忽悠我"),
    ("number", "换号太麻烦，号码绑定了银行卡"),
]

NONE = [
    "请问这个套餐一个月多少钱",
    "帮我查一下还剩多少流量",
    "好的，那就办这个吧",
    "你们营业厅几点开门",
    "我的手机号是一三八开头的",
    "嗯，你说",
    "合约什么时候到期",
    "信号现在好多了，谢谢你们",
]


@pytest.mark.parametrize(("topic", "text"), TOPICS)
def test_topics(customer: Ask, topic: str, text: str) -> None:
    assert customer(text)["objection"]["topic"] == topic


@pytest.mark.parametrize("text", NONE)
def test_no_objection(customer: Ask, text: str) -> None:
    assert customer(text)["objection"] is None


@pytest.mark.parametrize("text", ["一个月199实在太貴了", "你们这个优会太小了", "嗯那个呃实在太贵了呀"])
def test_survives_what_recognition_does_to_text(customer: Ask, text: str) -> None:
    assert customer(text)["objection"]["topic"] == "price"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("false", "哪儿都不好，反正就是不想办"),
        ("false", "没时间没时间，回头再说吧"),
        ("real", "上个月多扣了我三十块钱，到现在没退"),
        ("real", "这个月租比以前贵了二十块"),
    ],
)
def test_kinds(customer: Ask, kind: str, text: str) -> None:
    assert customer(text)["objection"]["objection"] == kind


@pytest.mark.parametrize(
    ("handling", "text"),
    [
        ("now", "上个月多扣了我三十块钱"),
        ("defer", "这个太贵了，我要跟老婆商量一下，周末再定"),
        (None, "没时间没时间，回头再说吧"),
    ],
)
def test_handling_only_for_real_ones(lexicon: Lexicon, handling: str | None, text: str) -> None:
    (judgement,) = Objections(lexicon).classify(said(text), call())
    assert isinstance(judgement.hit, ObjectionHit)
    assert judgement.hit.handling == handling


def after(*topics: str) -> CallState:
    state = call()
    for i, topic in enumerate(topics):
        hit = ObjectionHit(topic, "real", "now")
        state = fold(state, ObjectionRaised(at=i, utterance=f"o{i}", hit=hit, score=0.8, evidence=()))
    return state


@pytest.mark.parametrize(
    ("before", "text", "kind"),
    [
        (("price", "network", "device", "contract"), "这月租还是太贵了", "hidden"),
        (("price", "network", "device", "contract"), "说实话就是月租太贵了", "real"),
        (("price", "network", "device"), "这月租还是太贵了", "real"),
        (("price", "network", "billing", "service"), "这月租还是太贵了", "real"),
        (("network", "device"), "这月租还是太贵了", "real"),
        (("price", "price"), "这月租还是太贵了", "real"),
        ((), "这月租还是太贵了", "real"),
    ],
)
def test_hidden_is_the_fee_that_comes_back(lexicon: Lexicon, before: tuple[str, ...], text: str, kind: str) -> None:
    (judgement,) = Objections(lexicon).classify(said(text, utterance="now"), after(*before))
    assert judgement.hit.objection == kind
    assert (judgement.hit.handling is None) == (kind == "hidden")


def test_the_course_is_told_turn_by_turn(lexicon: Lexicon) -> None:
    before = after("price", "network", "device", "price", "contract")
    (judgement,) = Objections(lexicon).classify(said("这月租还是太贵了", utterance="now"), before)
    own, *course = judgement.signal.evidence
    assert own.utterance == "now"
    assert [one.utterance for one in course] == ["o1", "o2", "o4", "o3", "now"]
    assert [("网络信号" in one.why, "终端" in one.why, "合约" in one.why) for one in course[:3]] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert [one.why for one in course[3:]] == ["又绕回费用"] * 2


def test_of_a_long_course_the_latest_turns_are_shown(lexicon: Lexicon) -> None:
    before = after("price", *["network", "device", "need"] * 3)
    (judgement,) = Objections(lexicon).classify(said("这月租还是太贵了", utterance="now"), before)
    assert [one.utterance for one in judgement.signal.evidence[1:]] == ["o7", "o8", "o9", "o0", "now"]


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (("price", "network", "network"), "这月租还是太贵了"),  # one other topic, however often
        (("price", "network", "device"), "你们这个信号还是不行"),  # another topic still
        (("price", "network", "device", "price"), "这月租还是太贵了"),  # it is being talked of
        (("network", "device", "price"), "这月租还是太贵了"),  # first said at last, and said again
        (("price", "network", "device"), "说白了这月租还是太贵了"),
        (("price", "network", "device"), "主要还是月租太贵了"),
    ],
)
def test_what_is_not_hidden(lexicon: Lexicon, before: tuple[str, ...], text: str) -> None:
    (judgement,) = Objections(lexicon).classify(said(text, utterance="now"), after(*before))
    assert judgement.hit.objection != "hidden"
    assert len(judgement.signal.evidence) == 1


def test_the_same_utterance_is_not_its_own_course(lexicon: Lexicon) -> None:
    (judgement,) = Objections(lexicon).classify(
        said("这月租还是太贵了", utterance="o2"), after("price", "network", "device")
    )
    assert judgement.hit.objection == "real"


# --- trained heads -------------------------------------------------------------------------------------------------

TOPIC = ("-", "price", "network")


def with_heads(topic: dict[str, float], *, least: float = 0.5, kind: str = "real", handling: str = "now") -> Objections:
    kinds = RuleHead("objection_kind", ("real", "false"), always(**{kind: 1.0}))
    handlings = RuleHead("objection_handling", ("now", "defer"), always(**{handling: 1.0}))
    heads = trained(RuleHead("objection_topic", TOPIC, always(**topic), least), kinds, handlings)
    return Objections(Lexicon(), heads)


@pytest.mark.parametrize(("least", "found"), [(0.4, ["price"]), (0.6, [])])
def test_a_head_speaks_only_from_least(least: float, found: list[str]) -> None:
    classifier = with_heads({"price": 0.3, "network": 0.2}, least=least)
    assert [judgement.hit.topic for judgement in classifier.classify(said("这个我承受不起"), call())] == found


def test_a_head_hears_what_no_list_has() -> None:
    (judgement,) = with_heads({"price": 0.6, "network": 0.2}).classify(said("这个我承受不起"), call())
    assert judgement.signal.score == pytest.approx(0.8)
    assert judgement.signal.evidence[0].why == "客户说“这个我承受不起”"


@pytest.mark.parametrize(
    ("kind", "handling", "found"),
    [("real", "now", "now"), ("real", "defer", "defer"), ("false", "defer", None)],
)
def test_kind_and_handling_are_the_heads_answers(kind: str, handling: str, found: str | None) -> None:
    classifier = with_heads({"network": 0.9}, kind=kind, handling=handling)
    (judgement,) = classifier.classify(said("一进电梯就断"), call())
    assert judgement.hit == ObjectionHit("network", kind, found)


def test_the_course_outweighs_what_the_head_makes_of_one_sentence() -> None:
    classifier = with_heads({"price": 0.9}, kind="false")
    (judgement,) = classifier.classify(
        said("这个我承受不起", utterance="now"), after("price", "network", "device", "contract")
    )
    assert judgement.hit == ObjectionHit("price", "hidden", None)


def test_words_of_the_list_are_quoted_where_there_are_any(lexicon: Lexicon) -> None:
    head = RuleHead("objection_topic", TOPIC, always(price=0.9))
    (judgement,) = Objections(lexicon, trained(head)).classify(said("你听我说，这个月租实在太贵了"), call())
    assert "太贵" in judgement.signal.evidence[0].why
    assert "你听我说" not in judgement.signal.evidence[0].why


def test_agents_do_not_object(agent: Ask) -> None:
    assert agent("这个价格确实太贵了")["objection"] is None
