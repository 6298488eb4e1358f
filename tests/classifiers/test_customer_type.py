"""Customer types: evidence adds up over the call, whatever its order; nothing decides alone, least of all a loud line."""

from itertools import pairwise

import pytest

from assist.core.events import Channel, Evidence, Judgement, Transcript, TypeProbabilities
from assist.core.lexicon import Lexicon
from assist.core.spans import from_seconds
from assist.core.state import CallState
from classifiers.customer_type import TYPES, CustomerTypes
from tests.classifiers.answers import Rule, RuleHead, always, trained, voiced
from tests.classifiers.conftest import call, said

pytestmark = pytest.mark.unit

PLAIN = ("我家住在人民路二十号三单元", "我的号码尾号是零三八七", "宽带是前年三月份装的")
LABELS = ("-", *TYPES)


def talk(*texts: str, rate: float = 5.0) -> list[Transcript]:
    return [said(text, utterance=f"u{i}", at=20 * i, seconds=len(text) / rate) for i, text in enumerate(texts)]


def judged(classifier: CustomerTypes, texts: list[Transcript], state: CallState | None = None) -> list[Judgement]:
    *before, last = texts
    return list(classifier.classify(last, state or call(*before)))


def with_head(rule: Rule) -> CustomerTypes:
    return CustomerTypes(Lexicon(), trained(RuleHead("customer_type", LABELS, rule)))


def reasons(evidence: tuple[Evidence, ...]) -> dict[str | None, str]:
    return {one.measure: one.why for one in evidence if one.measure}


# --- words ---------------------------------------------------------------------------------------------------------


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
    (judgement,) = judged(CustomerTypes(lexicon), talk(*texts))
    assert isinstance(judgement.hit, TypeProbabilities)
    assert judgement.signal.label == kind
    assert judgement.signal.score == judgement.hit.probabilities[kind]
    assert set(judgement.hit.probabilities) == set(TYPES)
    assert sum(judgement.hit.probabilities.values()) == pytest.approx(1, abs=0.001)
    assert judgement.signal.evidence


def test_one_word_decides_no_type(lexicon: Lexicon) -> None:
    (judgement,) = CustomerTypes(lexicon).classify(said("你直接说多少钱"), call())
    assert judgement.signal.score < 0.6


def test_a_favourite_word_does_not_add_up_for_ever(lexicon: Lexicon) -> None:
    twice, often = (judged(CustomerTypes(lexicon), talk(*["你直接说多少钱"] * times)) for times in (2, 9))
    assert often[0].signal.score == twice[0].signal.score < 0.9


def test_the_text_itself_counts_once_when_the_state_has_it(lexicon: Lexicon) -> None:
    text = said("你直接说多少钱")
    (alone,) = CustomerTypes(lexicon).classify(text, call())
    (folded,) = CustomerTypes(lexicon).classify(text, call(text))
    assert alone == folded


def test_nothing_to_go_by_is_no_judgement(lexicon: Lexicon) -> None:
    assert judged(CustomerTypes(lexicon), talk(*PLAIN)) == []


def test_the_agent_has_no_type_here(lexicon: Lexicon) -> None:
    assert list(CustomerTypes(lexicon).classify(said("你直接说多少钱", Channel.AGENT), call())) == []


def test_the_order_of_sentences_is_irrelevant(lexicon: Lexicon) -> None:
    texts = talk("别绕了，直接说多少钱", "都行，听你的", "哈哈，太好了", "你直接说多少钱", "直接说多少钱就行")
    (told,), (backwards,) = judged(CustomerTypes(lexicon), texts), judged(CustomerTypes(lexicon), texts[::-1])
    assert told.hit.probabilities == pytest.approx(backwards.hit.probabilities, abs=2e-4)


# --- a trained head ------------------------------------------------------------------------------------------------


def test_a_head_moves_the_odds_sentence_by_sentence() -> None:
    classifier = with_head(always(power=0.8, lively=0.1))
    scores = [judged(classifier, talk(*PLAIN[:n]))[0].signal.score for n in (1, 2, 3)]
    assert all(earlier < later for earlier, later in pairwise(scores))
    assert scores[0] < 0.6


def test_the_surest_answer_to_one_sentence_decides_nothing() -> None:
    (judgement,) = judged(with_head(always(perfect=1.0)), talk(PLAIN[0]))
    assert judgement.signal.label == "perfect"
    assert judgement.signal.score < 0.9


def test_sentences_without_a_type_leave_all_types_alike() -> None:
    (judgement,) = judged(with_head(always()), talk(*PLAIN))
    assert set(judgement.hit.probabilities.values()) == {0.25}


def test_evidence_quotes_telling_sentences_the_latest_first() -> None:
    telling = {PLAIN[0]: 0.9, PLAIN[1]: 0.2, PLAIN[2]: 0.7}
    (judgement,) = judged(with_head(lambda text: {"power": telling[text]}), talk(*PLAIN))
    assert [one.utterance for one in judgement.signal.evidence] == ["u2", "u0"]
    assert judgement.signal.evidence[0].why == f"客户说“{PLAIN[2]}”"


def test_not_everything_is_shown() -> None:
    texts = [f"我说了{number}遍了直接办" for number in "一二三四五六七八九"]
    (judgement,) = judged(with_head(always(power=0.9)), talk(*texts))
    assert len(judgement.signal.evidence) == 4


def test_words_count_where_the_head_cannot_say(lexicon: Lexicon) -> None:
    silent = CustomerTypes(lexicon, trained(RuleHead("emotion", ("calm",), always())))
    texts = talk("别绕了，直接说多少钱", "我只要结果，今天就给我解决")
    assert judged(silent, texts) == judged(CustomerTypes(lexicon), texts)


# --- the voice -----------------------------------------------------------------------------------------------------


def lines(count: int = 6, **measures: float | None) -> CallState:
    """A call of plain sentences in the same voice."""
    texts = talk(*(PLAIN * count)[:count])
    state = call(*texts[:-1])
    for text in texts:
        state = voiced(state, text.utterance, at=20 * int(text.utterance[1:]), seconds=3, **measures)
    return state


@pytest.mark.parametrize("db", [-3.0, -60.0])
def test_a_loud_or_quiet_line_alone_decides_nothing(lexicon: Lexicon, db: float) -> None:
    classifier, texts = CustomerTypes(lexicon), talk(*PLAIN, *PLAIN)
    assert judged(classifier, texts, lines(level_db=db)) == []
    assert judged(classifier, texts, lines(level_db=db, relative_db=12.0)) == []


@pytest.mark.parametrize(("rate", "word", "less"), [(7.0, "快", "peaceful"), (3.5, "慢", "lively")])
def test_pace_is_evidence_and_no_verdict(lexicon: Lexicon, rate: float, word: str, less: str) -> None:
    (judgement,) = judged(CustomerTypes(lexicon), talk(*PLAIN, rate=rate))
    assert reasons(judgement.signal.evidence) == {"speech_rate": f"讲话{word}，每秒{rate:.1f}个字"}
    assert judgement.signal.score < 0.5
    assert judgement.hit.probabilities[less] < 0.25


def test_one_fast_sentence_is_no_pace(lexicon: Lexicon) -> None:
    assert judged(CustomerTypes(lexicon), talk(PLAIN[0], rate=8)) == []


def test_a_voice_that_goes_up_and_down_is_lively(lexicon: Lexicon) -> None:
    (judgement,) = judged(CustomerTypes(lexicon), talk(*PLAIN), lines(3, pitch_range_st=9.0))
    assert judgement.signal.label == "lively"
    assert reasons(judgement.signal.evidence) == {"pitch_range": "声音起伏大"}
    assert judged(CustomerTypes(lexicon), talk(*PLAIN), lines(3, pitch_range_st=4.0)) == []
    assert judged(CustomerTypes(lexicon), talk(*PLAIN), lines(2, pitch_range_st=9.0)) == []


def interrupted(times: int, *, agent_first: bool = True) -> CallState:
    """The customer speaks for a second while the agent does, so often."""
    state = call()
    for i in range(times):
        mine, theirs = (10 * i + 3, 10 * i) if agent_first else (10 * i, 10 * i + 3)
        state = voiced(state, f"a{i}", channel=Channel.AGENT, at=theirs, seconds=4)
        state = voiced(state, f"c{i}", at=mine, seconds=4, overlap=from_seconds(1))
    return state


def test_two_interruptions_are_evidence(lexicon: Lexicon) -> None:
    (judgement,) = judged(CustomerTypes(lexicon), talk(PLAIN[0]), interrupted(2))
    assert judgement.signal.label == "power"
    assert reasons(judgement.signal.evidence) == {"overlap": "2次打断坐席"}
    assert judgement.signal.score < 0.5


def test_one_interruption_is_none_and_being_interrupted_is_not_either(lexicon: Lexicon) -> None:
    assert judged(CustomerTypes(lexicon), talk(PLAIN[0]), interrupted(1)) == []
    assert judged(CustomerTypes(lexicon), talk(PLAIN[0]), interrupted(3, agent_first=False)) == []


def test_the_voice_stands_beside_the_words(lexicon: Lexicon) -> None:
    texts = talk("别绕了，直接说多少钱", "我只要结果，今天就给我解决", rate=7)
    (calm,) = judged(CustomerTypes(lexicon), talk(*(text.text for text in texts)))
    (hasty,) = judged(CustomerTypes(lexicon), texts, interrupted(2))
    assert "overlap" in reasons(hasty.signal.evidence)
    assert any(one.utterance for one in calm.signal.evidence)
