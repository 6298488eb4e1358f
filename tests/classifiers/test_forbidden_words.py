"""The words of forbidden speech: every category is heard in wordings of its own, and sentences that only look like it are not."""

import pytest

from assist.core.events import Channel
from assist.core.lexicon import ForbiddenPhrase, Lexicon, Phrases
from assist.core.playbook import Playbook
from assist.core.state import CallState
from classifiers.forbidden import ForbiddenSpeech
from classifiers.forbidden_words import ForbiddenWords
from tests.classifiers.conftest import Ask, said

pytestmark = pytest.mark.unit

OFFENCES = [
    ("disrespect", "没钱就别装这么好的宽带"),
    ("disrespect", "您这把年纪了，学什么线上缴费"),
    ("disrespect", "像你这种人我一天要接好几个"),
    ("insult", "你是不是有病啊"),
    ("insult", "少说废话行不行"),
    ("insult", "神经病，大中午打过来"),
    ("threat", "后果自负，到时候别来找我"),
    ("threat", "再不缴费我们直接起诉你"),
    ("blame", "这都是您自己操作造成的"),
    ("blame", "谁让您当时不看清楚"),
    ("contradict", "您搞错了，根本没扣"),
    ("contradict", "话不能这么说"),
    ("provoke", "有本事你去告啊"),
    ("provoke", "爱用不用"),
    ("interrogate", "你凭什么说是我们多收的"),
    ("interrogate", "您怎么不早说呢"),
    ("command", "你必须今天来办"),
    ("command", "不要打断我，听我说完"),
    ("evade", "这个不归我们管"),
    ("evade", "您自己想办法吧，跟我们没关系"),
    ("belittle", "您到底听懂了没有"),
    ("belittle", "这么简单的操作都不会"),
    ("dismissive", "随你便，我无所谓"),
    ("dismissive", "急也没用，等着就是了"),
    ("hasty_end", "没别的事我就挂了"),
    ("hasty_end", "那就这样吧"),
    ("overpromise", "我保证以后永远不会断网"),
    ("overpromise", "领导肯定会批的"),
    ("churn_leak", "我们就怕您转网走了"),
    ("churn_leak", "您帮我完成这个月的指标吧"),
    ("self_harm", "我们系统经常出故障的"),
    ("self_harm", "这肯定是营业厅的同事弄错了"),
    ("jargon", "您家光衰太大了，要查分光器"),
    ("jargon", "这笔要走冲正再销账"),
]

HARMLESS = [
    "您好，很高兴为您服务，请问怎么称呼您",
    "您先别挂，我马上帮您查到",
    "您刚才说我们随便您投诉，我给您道个歉",
    "不是您弄错了，是账单写得不明白",
    "不怪您，这个页面确实不好找",
    "手机有毛病可以送到维修点免费检测",
    "您的电脑可能有病毒，建议先扫一遍",
    "您挂机以后会收到一条短信",
    "我没有这个权限，我帮您申请，明天给您答复",
    "您不用着急，我慢慢给您讲",
    "不是说您必须今天决定",
    "光衰就是信号在线路上变弱了",
    "那就这样安排，师傅明天上午到",
    "您有什么不懂的地方可以随时问我",
    "我马上给您登记，您稍等",
    "把骚扰电话拉进黑名单就不会再响了",
    "这个套餐比您现在的每个月省二十块钱",
    "您还有别的需要我帮忙的吗，感谢您的来电，再见",
    "您担心这个很正常，我把费用念给您听",
    "他对您说爱办不办，这确实不应该",
]

OVERLAPPING = {"exact": "不归我们", "longer": "不归我们管的"}


def entry(category: str, wording: str) -> ForbiddenPhrase:
    return ForbiddenPhrase(category, "high", Phrases((wording,)), "我来帮您问")


def categories(agent: Ask, text: str) -> list[str]:
    return [hit["category"] for hit in agent(text)["forbidden"]]


@pytest.mark.parametrize(("category", "text"), OFFENCES)
def test_offences_are_heard(agent: Ask, category: str, text: str) -> None:
    assert category in categories(agent, text)


@pytest.mark.parametrize("text", HARMLESS)
def test_look_alikes_are_not(agent: Ask, text: str) -> None:
    assert categories(agent, text) == []


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("evade", "这个不归我们馆"),  # homophone
        ("evade", "這個不歸我們管"),  # Traditional characters
        ("evade", "这个嗯不归呃我们管"),  # fillers
        ("command", "不要打段我"),
        ("dismissive", "几也没用，你就等着好了"),
        ("provoke", "不就为了5块钱，至于吗"),  # digits
        ("provoke", "不就为了五块钱，至于吗"),
        ("hasty_end", "没别的事我就、挂了"),
    ],
)
def test_survives_what_recognition_does_to_text(agent: Ask, category: str, text: str) -> None:
    assert category in categories(agent, text)


def test_matched_words_are_those_of_the_text(lexicon: Lexicon) -> None:
    text = "這個嘛，不歸我們管。"
    (found,) = ForbiddenWords(lexicon).find(text)
    assert found.hit.matched == text[found.hit.start : found.hit.end]
    assert found.hit.via == "exact"
    assert found.hit.score == 1.0
    assert found.entry.category == "evade"
    (judgement,) = ForbiddenSpeech(lexicon).classify(said(text, Channel.AGENT), CallState())
    assert judgement.hit is not None
    assert judgement.hit.matched == found.hit.matched
    assert judgement.hit.say_instead
    assert judgement.signal.evidence[0].utterance == "u1"


def test_by_sound_is_said_so_and_scores_less(lexicon: Lexicon) -> None:
    (judgement,) = ForbiddenSpeech(lexicon).classify(said("这个不归我们馆", Channel.AGENT), CallState())
    assert judgement.hit.via == "pinyin"
    assert judgement.signal.score < 1.0
    assert "按读音识别" in judgement.signal.evidence[0].why


def test_two_offences_are_two_places_without_overlap_from_left_to_right(lexicon: Lexicon) -> None:
    first, second = ForbiddenWords(lexicon).find("爱用不用，没别的事我就挂了")
    assert first.hit.end <= second.hit.start


def test_the_surest_of_overlapping_wordings_is_kept() -> None:
    own = Lexicon(forbidden=tuple(entry(name, wording) for name, wording in OVERLAPPING.items()))
    assert [found.entry.category for found in ForbiddenWords(own).find("这个不归我们管的")] == ["longer"]
    assert [found.entry.category for found in ForbiddenWords(own).find("这个不归我们馆的")] == ["exact"]


def test_categories_and_their_entries(lexicon: Lexicon) -> None:
    words = ForbiddenWords(lexicon)
    assert len(words.categories) == 16
    assert list(words.categories) == sorted(words.categories)
    assert [words.entry(category).category for category in words.categories] == list(words.categories)
    assert words.entry("unheard_of") is None


def test_the_customer_may_say_anything(customer: Ask) -> None:
    assert customer("你有病啊，爱办不办")["forbidden"] == []


def test_gaps_do_not_bridge_sentences(agent: Ask) -> None:
    assert categories(agent, "后面还有师傅联系您。客户在等的话您先忙。") == []


def test_every_category_has_twenty_wordings_and_a_line(lexicon: Lexicon) -> None:
    wordings: dict[str, int] = {}
    for entry in lexicon.forbidden:
        wordings[entry.category] = wordings.get(entry.category, 0) + len(entry.phrases.heard)
        assert 6 <= len(entry.say_instead) <= 60
    assert len(wordings) == 16
    assert min(wordings.values()) >= 20


def test_every_example_of_the_playbook_is_heard_in_its_category(playbook: Playbook) -> None:
    rule = ForbiddenSpeech(playbook.lexicon)
    missed = [
        (category, text)
        for category, examples in playbook.forbidden_examples.items()
        for text in examples.said
        if category not in _heard(rule, text)
    ]
    assert missed == []


def test_no_look_alike_of_the_playbook_is_heard_at_all(playbook: Playbook) -> None:
    rule = ForbiddenSpeech(playbook.lexicon)
    examples = [text for those in playbook.forbidden_examples.values() for text in those.harmless]
    assert [(text, _heard(rule, text)) for text in examples if _heard(rule, text)] == []


def test_every_category_has_enough_examples(playbook: Playbook) -> None:
    assert len(playbook.forbidden_examples) == 16
    for examples in playbook.forbidden_examples.values():
        assert len(examples.said) >= 24
        assert len(examples.harmless) >= 12


@pytest.mark.parametrize(
    "text",
    [
        "不是后台的人弄错了，是地址改过一次",  # the denial and the offence share a character
        "隔壁营业员骂您神经病，我替他给您赔个不是",
        "您刚才说我们爱办不办，我听着也难受",
    ],
)
def test_what_is_denied_or_reported_is_nobodys_offence(agent: Ask, text: str) -> None:
    assert categories(agent, text) == []


def _heard(rule: ForbiddenSpeech, text: str) -> list[str]:
    found = rule.classify(said(text, Channel.AGENT), CallState())
    return [judgement.hit.category for judgement in found if judgement.hit is not None]
