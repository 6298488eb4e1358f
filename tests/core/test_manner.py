import pytest

from assist.core.events import BehaviourNoticed, SpeechEnded, Transcribed, Transcript, VoiceMeasure
from assist.core.spans import RATE, Span, from_seconds
from tests.core.builders import AGENT, CUSTOMER, Call, Channel, tiny

pytestmark = pytest.mark.unit

MISSED = {"no_greeting", "no_reason", "no_farewell", "not_prepared"}


def call(**limits: float) -> Call:
    return Call(tiny(**limits))


def noticed(c: Call) -> list[str]:
    return [e.rule for e in c.of(BehaviourNoticed) if e.rule not in MISSED]


def one(c: Call, rule: str) -> BehaviourNoticed:
    (found,) = (e for e in c.of(BehaviourNoticed) if e.rule == rule)
    return found


class TestInterruption:
    """The agent came in while the customer spoke, and the customer gave way."""

    def overlap(self, agent_from: float, customer_to: float) -> Call:
        c = call()
        c.starts(CUSTOMER, 1)
        c.starts(AGENT, agent_from)
        c.ends(CUSTOMER, "c1", 1, customer_to)
        return c

    def test_is_noticed_since_the_agent_came_in(self) -> None:
        found = one(self.overlap(3, 4), "interrupts")
        assert found.since == 3 * RATE
        assert found.evidence[0].utterance == "a1"
        assert "1.0 秒" in found.evidence[0].why

    def test_is_not_a_short_overlap(self) -> None:
        assert noticed(self.overlap(3, 3.2)) == []

    def test_is_not_a_start_at_the_same_time(self) -> None:
        assert noticed(self.overlap(1.4, 3)) == []

    def test_is_not_the_customer_coming_in(self) -> None:
        c = call()
        c.starts(AGENT, 1)
        c.starts(CUSTOMER, 3)
        c.ends(AGENT, "a1", 1, 4)
        assert noticed(c) == []

    def test_is_not_an_agent_who_has_given_way(self) -> None:
        c = call()
        c.starts(CUSTOMER, 1)
        c.starts(AGENT, 2)
        c.ends(AGENT, "a1", 2, 2.4)
        c.ends(CUSTOMER, "c1", 1, 4)
        assert noticed(c) == []

    def test_may_be_over_before_the_customers_end_is_certain(self) -> None:
        c = call()
        c.starts(CUSTOMER, 1)
        c.starts(AGENT, 3)
        c.note(_ended(AGENT, "a1", 3, 4.2))
        c.note(_ended(CUSTOMER, "c1", 1, 4))
        assert one(c, "interrupts").evidence[0].utterance == "a1"

    def test_every_one_is_noticed(self) -> None:
        c = self.overlap(3, 4)
        c.ends(AGENT, "a1", 3, 6)
        c.starts(CUSTOMER, 8)
        c.starts(AGENT, 9)
        c.ends(CUSTOMER, "c2", 8, 10)
        assert noticed(c) == ["interrupts", "interrupts"]


def _ended(channel: Channel, utterance: str, start: float, end: float) -> SpeechEnded:
    span = Span(from_seconds(start), from_seconds(end))
    return SpeechEnded(at=span.end, channel=channel, utterance=utterance, span=span)


class TestMonologue:
    def test_counts_characters_since_the_customers_last_word_and_is_noticed_once(self) -> None:
        c = call(monologue_characters=10)
        c.customer("喂", 0, 1)
        c.agent("六个字六个字", 2, 3)
        assert noticed(c) == []
        c.agent("五个字来了", 4, 5)
        c.agent("还在说", 6, 7)
        found = one(c, "monologue")
        assert found.since == 2 * RATE
        assert "11 个字" in found.evidence[0].why

    def test_begins_again_when_the_customer_has_spoken(self) -> None:
        c = call(monologue_characters=10)
        c.agent("六个字六个字", 2, 3)
        c.customer("嗯", 4, 5)
        c.agent("六个字六个字", 6, 7)
        assert noticed(c) == []

    def test_is_not_the_customers(self) -> None:
        c = call(monologue_characters=3)
        c.customer("很多很多话", 2, 3)
        assert noticed(c) == []


class TestNoBackchannel:
    def test_is_noticed_when_the_row_reaches_the_limit_and_not_again(self) -> None:
        c = call()
        for i in range(5):
            c.customer("还有", 2 * i, 2 * i + 1)
        found = one(c, "no_backchannel")
        assert found.since == 0
        assert found.evidence[0].utterance == "c3"

    def test_is_noticed_in_a_row_after_an_answer(self) -> None:
        c = call()
        c.agent("您说", 0, 1)
        for i in range(1, 4):
            c.customer("还有", 2 * i, 2 * i + 1)
        assert one(c, "no_backchannel").since == 2 * RATE

    def test_is_not_a_row_that_the_agent_has_answered_or_is_answering(self) -> None:
        c = call()
        c.customer("还有", 0, 1)
        c.customer("还有", 2, 3)
        c.agent("嗯", 4, 5)
        c.customer("还有", 6, 7)
        c.customer("还有", 8, 9)
        c.starts(AGENT, 9.5)
        c.customer("还有", 10, 11)
        assert noticed(c) == []

    def test_texts_that_come_late_do_not_make_it_three(self) -> None:
        c = call()
        for i in range(3):
            c.ends(CUSTOMER, c.starts(CUSTOMER, 2 * i), 2 * i, 2 * i + 1)
        for i in range(3):
            c.text(CUSTOMER, f"c{i + 1}", "还有", 2 * i, 2 * i + 1)
        assert noticed(c) == ["no_backchannel"]


class TestTalksTooMuch:
    """By what is said, not by how long it takes."""

    def test_is_most_of_what_is_said_and_noticed_once(self) -> None:
        c = call(talk_share=0.7, talk_share_after_seconds=10)
        c.customer("三个字", 0, 8)
        c.agent("这里有九个字的一句", 10, 14)
        c.agent("还有", 20, 22)
        found = one(c, "talks_too_much")
        assert found.since == 10 * RATE
        assert found.evidence[0].measure == "talk_share"
        assert "75%" in found.evidence[0].why

    def test_is_not_less_of_it_however_slowly(self) -> None:
        c = call(talk_share=0.7, talk_share_after_seconds=10)
        c.customer("这里有六个字", 0, 1)
        c.agent("这里有九个字的一句", 2, 30)
        assert noticed(c) == []

    def test_is_not_asked_before_there_has_been_enough(self) -> None:
        c = call(talk_share=0.7, talk_share_after_seconds=10)
        c.agent("这里有九个字的一句", 0, 9)
        assert noticed(c) == []


class TestQuestionPileup:
    def test_is_three_questions_in_one_breath(self) -> None:
        c = call()
        c.agent("是吗？真的?好吗？", 1, 2)
        assert one(c, "question_pileup").since == RATE

    def test_may_take_two_utterances_and_is_noticed_once_a_turn(self) -> None:
        c = call()
        c.agent("是吗？真的？", 1, 2)
        c.agent("好吗？", 3, 4)
        c.agent("对吗？", 5, 6)
        found = one(c, "question_pileup")
        assert found.since == RATE
        assert found.evidence[0].utterance == "a2"

    @pytest.mark.parametrize("text", ["是吗？真的？", "没有问题"])
    def test_is_not_fewer(self, text: str) -> None:
        c = call()
        c.agent(text, 1, 2)
        assert noticed(c) == []

    def test_is_not_the_customers(self) -> None:
        c = call()
        c.customer("是吗？真的？好吗？", 1, 2)
        assert noticed(c) == []


LINE = "这句话正好有十二个字可数"


class TestVoices:
    """Several utterances of each side, with their rates and levels."""

    def says(self, c: Call, channel: Channel, rate: float, level_db: float | None = None, text: str = LINE) -> None:
        at = c.session.now / RATE + 1
        end = at + len(text) / rate
        name = c.starts(channel, at)
        span = Span(from_seconds(at), from_seconds(end))
        voice = VoiceMeasure(len(span), level_db, None, None, 0)
        c.note(SpeechEnded(at=span.end, channel=channel, utterance=name, span=span, voice=voice))
        c.text(channel, name, text, at, end)

    def talk(self, *pairs: tuple[float, float], levels: tuple[float | None, float | None] = (None, None)) -> Call:
        c = call()
        for agent, customer in pairs:
            self.says(c, AGENT, agent, levels[0])
            self.says(c, CUSTOMER, customer, levels[1])
        return c

    def test_far_apart_in_pace_is_noticed_once_it_is_plain(self) -> None:
        c = self.talk((5, 3), (5, 3))
        assert noticed(c) == []
        self.says(c, AGENT, 5)
        self.says(c, CUSTOMER, 3)
        self.says(c, AGENT, 5)
        found = one(c, "pace_mismatch")
        assert found.evidence[0].measure == "rate"
        assert "客服每秒 5.0 个字，客户 3.0 个字" in found.evidence[0].why

    def test_either_side_may_be_the_faster(self) -> None:
        assert noticed(self.talk((3, 5), (3, 5), (3, 5))) == ["pace_mismatch"]

    @pytest.mark.parametrize("pairs", [((5, 4),) * 3, ((5, 3), (3.5, 3), (3.5, 3))], ids=["near", "one fast turn"])
    def test_a_near_pace_or_a_single_turn_is_none(self, pairs: tuple[tuple[float, float], ...]) -> None:
        assert noticed(self.talk(*pairs)) == []

    def test_a_few_words_show_no_pace(self) -> None:
        c = self.talk((4, 3), (4, 3))
        for _ in range(3):
            self.says(c, AGENT, 6, text="八个字的一句话啊")
        self.says(c, CUSTOMER, 3)
        assert noticed(c) == []

    def test_far_apart_in_loudness_is_noticed(self) -> None:
        c = self.talk((4, 4), (4, 4), (4, 4), levels=(-20, -36))
        found = one(c, "loudness_mismatch")
        assert found.evidence[0].measure == "level_db"
        assert "客服比客户响 16 分贝" in found.evidence[0].why

    def test_either_side_may_be_the_louder(self) -> None:
        c = self.talk((4, 4), (4, 4), (4, 4), levels=(-36, -20))
        assert "客户比客服响" in one(c, "loudness_mismatch").evidence[0].why

    def test_a_near_loudness_is_none(self) -> None:
        assert noticed(self.talk((4, 4), (4, 4), (4, 4), levels=(-26, -35))) == []

    def test_one_side_alone_has_nothing_to_match(self) -> None:
        c = call()
        for _ in range(4):
            self.says(c, CUSTOMER, 3, -20)
        assert [rule for rule in noticed(c) if rule != "no_backchannel"] == []


def test_rules_read_final_texts_only() -> None:
    c = call()
    c.starts(AGENT, 1)
    span = Span(from_seconds(1), from_seconds(2))
    text = Transcript(utterance="a1", channel=AGENT, revision=1, span=span, text="是吗？真的？好吗？", final=False)
    c.note(Transcribed(at=span.end, transcript=text))
    assert c.of(BehaviourNoticed) == []
