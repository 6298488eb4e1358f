"""What a sentence does where a rule of behaviour needs to know it: wordings that nobody listed as they stand here."""

import pytest

from assist.core.events import Channel
from assist.core.lexicon import Lexicon
from classifiers.spoken import Spoken
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit


def acts(lexicon: Lexicon, text: str) -> set[str]:
    heard = Spoken("act", lexicon.acts).classify(said(text, Channel.AGENT), call())
    return {judgement.signal.label for judgement in heard}


def replies(lexicon: Lexicon, text: str) -> set[str]:
    heard = Spoken("reply", lexicon.replies, Channel.CUSTOMER).classify(said(text), call())
    return {judgement.signal.label for judgement in heard}


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("apology", "真是抱歉，这事怪我没说清楚。"),
        ("soothes", "跑了三趟都没办成，换了谁都得恼火。"),
        ("soothes", "您别着急，您慢慢讲，我在听。"),
        ("soothes", "难怪您这么生气，确实让您白跑了。"),
        ("echoes", "对对对，您说得太对了。"),
        ("agrees", "没错，咱们这宽带就是太慢，好多客户都在抱怨。"),
        ("agrees", "不瞒您说，我自己也觉得这套餐不划算。"),
        ("hangs_up", "没什么好说的了，我挂了。"),
        ("hangs_up", "我后面还有好多电话要打，您自己看吧。"),
        ("gives_up", "您实在不愿意，那我也没办法。"),
        ("gives_up", "那行，我这就给您办销户。"),
        ("pitch", "我给您推荐一款新出的套餐。"),
        ("pitch", "咱们现在搞活动，存三百送三百。"),
        ("pitch", "要不给您换成便宜点的那档？"),
        ("figures", "一个月五十九，比现在少三十块。"),
        ("figures", "换到八十八这档，三百分钟。"),
        ("calls_out", "给您打个电话，想了解一下宽带的情况。"),
        ("answers_call", "感谢您的来电，请问有什么需要帮忙的？"),
        ("greeting.willing", "今天由我来为您处理。"),
        ("greeting.self_intro", "这里是电信客服，工号一零七。"),
        ("greeting.permission", "您这会儿有空吗？想跟您聊两句。"),
        ("confirm_reason.ask_reason", "是哪方面让您不满意，想要走呢？"),
        ("confirm_reason.one_sentence", "主要是因为信号不好，对吗？"),
        ("check_acceptance.ask_ok", "您看这个价钱能接受吗？"),
        ("second_offer.alternative", "实在不行，我再帮您申请一个别的办法。"),
        ("closing.recap", "那我最后跟您核对一遍，一共两件事。"),
        ("closing.thanks", "感谢您的配合，周末愉快，再见。"),
    ],
)
def test_an_agent_does_it(lexicon: Lexicon, label: str, text: str) -> None:
    assert label in acts(lexicon, text)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("apology", "不好意思先打扰您一下。"),
        ("soothes", "您急什么，急也没用。"),
        ("soothes", "请您理解一下我们的规定。"),
        ("agrees", "您的地址对吗，是不是这个小区？"),
        ("agrees", "没错，您的宽带是上个月装的。"),
        ("hangs_up", "您先别挂，我马上查到。"),
        ("hangs_up", "这条公告在网站上挂了三天。"),
        ("gives_up", "号码可以停机保号，您看行吗？"),
        ("pitch", "您现在用的是哪个套餐？"),
        ("pitch", "您想参加什么活动？"),
        ("figures", "耽误您几分钟。"),
        ("figures", "给您换个便宜点的。"),
        ("calls_out", "谢谢您打来，请讲。"),
        ("answers_call", "给您打个电话，提醒您话费的事。"),
        ("greeting.permission", "您明天上午方便吗，师傅上门。"),
        ("confirm_reason.ask_reason", "您好，请问您有什么事需要办？"),
        ("check_acceptance.ask_ok", "他怎么算的，我不清楚。"),
        ("closing.recap", "先跟您核对一下身份，请报证件号。"),
        ("closing.thanks", "麻烦您赶紧把钱交了。"),
    ],
)
def test_what_only_looks_like_it_does_not(lexicon: Lexicon, label: str, text: str) -> None:
    assert label not in acts(lexicon, text)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("refuses", "算了吧，我不需要，别再推荐了。"),
        ("refuses", "还是太贵，我不换。"),
        ("takes", "听着还不错，那就办这个吧。"),
        ("takes", "行，给我换上。"),
        ("waits", "你等等，我话还没说完。"),
        ("waits", "别挂，叫你们经理来听。"),
        ("done", "没别的事了，谢谢你，再见。"),
        ("done", "好，那先这样，我等你电话。"),
    ],
)
def test_a_customer_answers_it(lexicon: Lexicon, label: str, text: str) -> None:
    assert label in replies(lexicon, text)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("refuses", "不用客气，我问个事。"),
        ("refuses", "是不是要换卡？"),
        ("takes", "那就给我销户。"),
        ("waits", "行，你去吧，我等一下。"),
        ("done", "这笔钱什么时候退？"),
    ],
)
def test_a_customer_does_not(lexicon: Lexicon, label: str, text: str) -> None:
    assert label not in replies(lexicon, text)


def test_each_side_is_heard_for_its_own_words_only(lexicon: Lexicon) -> None:
    agent = Spoken("act", lexicon.acts)
    assert list(agent.classify(said("真是抱歉，我挂了。"), call())) == []
    (bye,) = Spoken("reply", lexicon.replies, Channel.CUSTOMER).classify(said("好的，再见。"), call())
    assert bye.signal.evidence[0].why == "客户说“再见”"
