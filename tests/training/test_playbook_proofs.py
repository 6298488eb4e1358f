"""How examples are played: in which call, for which customer, how long after the last line; and how they are counted."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assist.core.customer import SLOTS
from assist.core.events import Channel, ForbiddenHit, Judgement, Signal, Transcript
from assist.core.lexicon import Phrases
from assist.core.playbook import Entry, ForbiddenExamples, Line
from assist.core.state import CallState
from assist.core.triggers import Conditions, Months, OnBehaviour, OnLacking, OnPhrase, OnStage, OnStaying, OnTime, Scope
from assist.training.examples import Example, play
from assist.training.playbook_proofs import Proof, prove, score, trials
from tests.core.builders import entry, tiny

pytestmark = pytest.mark.unit
BILL = OnPhrase(Channel.CUSTOMER, Phrases(("账单",)), "bill")
REPLY = OnPhrase(Channel.AGENT, Phrases(("答复",)), "reply")


class Heard:
    """Signals the keys of phrases whose words are said, and that the agent swears."""

    name = "forbidden"

    def classify(self, transcript: Transcript, state: CallState) -> Iterator[Judgement]:
        for one in (BILL, REPLY):
            if one.channel is transcript.channel and one.phrases.heard[0] in transcript.text:
                yield Judgement(Signal(signal="phrase", label=one.key, score=1.0, utterance=transcript.utterance))
        if "笨" in transcript.text:
            signal = Signal(signal="forbidden", label="insult", score=1.0, utterance=transcript.utterance)
            yield Judgement(signal, ForbiddenHit("insult", "high", "笨", "您慢慢说", "exact"))


def _fired(one: Entry, *lines: str, should: bool = True) -> bool:
    said = tuple(Line(Channel.AGENT if text.startswith("客服") else Channel.CUSTOMER, text) for text in lines)
    return play(tiny(one), [Heard()], Example(one, said, should)).fired


def test_the_words_set_it_off_on_their_own_channel_only() -> None:
    one = entry("bill", BILL)
    assert _fired(one, "账单不对")
    assert not _fired(one, "客服看账单")


def test_a_missing_answer_is_waited_for_whether_or_not_it_should_come() -> None:
    one = entry("reply", OnLacking(BILL, REPLY, 8.0))
    assert _fired(one, "账单不对")
    assert _fired(one, "账单不对", should=False)
    assert not _fired(one, "账单不对", "客服明天答复", should=False)


def test_time_is_waited_for_only_where_it_should_come() -> None:
    for trigger in (OnStaying("open", 30.0, None), OnTime(90.0), OnBehaviour(("dead_air",))):
        one = entry("late", trigger)
        assert _fired(one, "喂")
        assert not _fired(one, "喂", should=False)


def test_the_customer_is_known_by_what_the_entry_asks_for() -> None:
    assert _fired(entry("fee", BILL, only_if=Conditions(facts=("fee", "name"))), "账单不对")
    assert _fired(entry("old", BILL, only_if=Conditions(months=Months(10, 12))), "账单不对")


def test_the_call_is_one_of_the_first_scene_of_its_scope() -> None:
    one = entry("out", OnStage(("hello",)), scope=Scope(scenes=("outbound", "inbound")))
    assert _fired(one, "喂")


def test_a_model_is_asked_for_when_the_scene_never_comes_to_the_stage() -> None:
    assert _fired(entry("hello", OnStage(("hello",))), "喂")


def test_every_fact_that_an_entry_may_ask_for_is_known() -> None:
    for slot in SLOTS:
        assert _fired(entry("fact", BILL, only_if=Conditions(facts=(slot,))), "账单不对"), slot


def test_what_was_understood_instead_is_the_evidence() -> None:
    one = entry("reply", REPLY)
    line = Line(Channel.AGENT, "你真笨")
    played = play(tiny(one), [Heard()], Example(one, (line,), True))
    assert played.evidence == ("stage open", "forbidden insult")


def test_precision_is_of_what_was_found_and_recall_of_what_was_wanted() -> None:
    tried = [Proof("a", "a", "", should, found, ()) for should, found in ((True, True), (True, False), (False, True))]
    found = score([*tried, Proof("a", "a", "", True, True, ())])
    assert (found.examples, found.failed) == (4, 2)
    assert (found.precision, found.recall) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert score([Proof("a", "a", "", False, False, ())]).precision is None


def test_a_harmless_sentence_may_be_taken_for_nothing_and_a_said_one_only_for_its_own() -> None:
    those = ForbiddenExamples(("F1",), ("你真笨",), ("笨办法也行", "您好"))
    playbook = replace(tiny(), forbidden_examples={"insult": those, "threat": replace(those, harmless=())})
    tried = [prove(playbook, [Heard()], trial) for trial in trials(playbook)]
    assert len(tried) == 4
    assert [(proof.name, proof.holds) for proof in tried] == [
        ("forbidden.insult", True),
        ("forbidden.insult", False),
        ("forbidden.insult", True),
        ("forbidden.threat", False),
    ]
    assert tried[3].evidence == ("insult “笨”",)
    assert len(trials(playbook, "forbidden.threat")) == 1
