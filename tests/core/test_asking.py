from dataclasses import replace

import pytest

from assist.core.asking import Asking, current_question
from assist.core.events import CallEvent, Evidence, QuestionAnswered, QuestionDue, SceneChanged, Signal, Signalled
from assist.core.events import StageEntered as Entered
from assist.core.lexicon import Phrases
from assist.core.playbook import Model, Playbook, Stage
from assist.core.questionnaires import Option, Question, Questionnaire
from assist.core.state import CallState, fold
from tests.core.builders import scene, started, tiny, title

pytestmark = pytest.mark.unit

NO_WORDS = Phrases(("x",))


def question(question_id: str, **leads_to: str | None) -> Question:
    options = tuple(Option(option, option, NO_WORDS, then, f"r_{option}") for option, then in leads_to.items())
    return Question(question_id, question_id, question_id, NO_WORDS, options)


VISIT = Questionnaire(
    "visit",
    ("U6",),
    "回访",
    ("after_repair",),
    (
        question("owner", yes="fixed", no=None),
        question("convenient", yes="owner", later=None),
        question("fixed", yes="recommend", no="reason"),
        question("reason", slow="recommend", price="fixed"),
        question("recommend", yes=None, no="reason"),
    ),
)
MODEL = Model(
    "M10",
    title("回访"),
    (
        Stage("greeting", title("问候"), ()),
        Stage("gather_info", title("提问"), ()),
        Stage("handle_emotion", title("安抚"), (), interlude=True),
        Stage("closing", title("道别"), ()),
    ),
)


def book() -> Playbook:
    plain = tiny()
    models = {**plain.models, "M10": MODEL}
    scenes = {**plain.scenes, "after_repair": scene("after_repair", "M10")}
    return replace(plain, models=models, scenes=scenes, questionnaires=(VISIT,))


class Visit:
    """A call-back told event by event, with what `Asking` makes of it."""

    def __init__(self, scene_id: str = "after_repair") -> None:
        self.state, self.answers, self._asking, self._at = CallState(), list[QuestionAnswered](), Asking(book()), 0
        self.due: list[str] = []
        self.tell(started(scene_id))

    def tell(self, event: CallEvent) -> list[str]:
        """The questions that become due."""
        before = len(self.due)
        self._take(event)
        return self.due[before:]

    def _take(self, event: CallEvent) -> None:
        self.state = fold(self.state, event)
        if isinstance(event, QuestionDue):
            self.due.append(event.question)
        if isinstance(event, QuestionAnswered):
            self.answers.append(event)
        for consequence in list(self._asking.react(event, self.state)):
            assert consequence.at == self.state.at
            self._take(consequence)

    def signal(self, signal: str, label: str, utterance: str | None = "u") -> list[str]:
        self._at += 100
        why = (Evidence(why="听到了"),)
        heard = Signal(signal=signal, label=label, score=1.0, utterance=utterance, evidence=why)
        return self.tell(Signalled(at=self._at, signal=heard))

    def permission(self) -> list[str]:
        return self.signal("step", "greeting.permission")

    def asks(self, question_id: str) -> list[str]:
        return self.signal("asked", f"visit.{question_id}")

    def says(self, answer: str) -> list[str]:
        return self.signal("answer", f"visit.{answer}")

    def enters(self, stage: str) -> list[str]:
        self._at += 100
        return self.tell(Entered(at=self._at, model="M10", stage=stage, done=(), missing=()))


def test_the_first_question_is_due_when_the_customer_was_asked_whether_it_suits() -> None:
    visit = Visit()
    assert visit.enters("greeting") == []
    assert visit.signal("step", "greeting.hello") == []
    assert visit.permission() == ["owner"]
    assert visit.permission() == []


def test_without_that_it_is_due_when_the_call_goes_on() -> None:
    visit = Visit()
    assert visit.enters("greeting") == []
    assert visit.enters("gather_info") == ["owner"]
    assert visit.enters("closing") == []


@pytest.mark.parametrize("stage", ["handle_emotion", "neutral_response", "closing", "prepare"])
def test_anger_a_borrowed_stage_or_a_farewell_open_no_questionnaire(stage: str) -> None:
    visit = Visit()
    assert visit.enters("greeting") == []
    assert visit.enters(stage) == []


def test_a_call_of_another_scene_has_no_questions() -> None:
    visit = Visit("inbound")
    assert visit.permission() == []
    assert visit.asks("owner") == []
    assert visit.says("owner.yes") == []


def test_the_scene_may_turn_out_later() -> None:
    visit = Visit("inbound")
    visit.permission()
    assert visit.tell(SceneChanged(at=500, scene="after_repair", by="hand")) == ["owner"]


def test_an_answer_leads_to_the_question_of_its_branch() -> None:
    visit = Visit()
    visit.permission()
    assert visit.says("owner.yes") == ["fixed"]
    assert visit.says("fixed.no") == ["reason"]
    assert visit.says("reason.slow") == ["recommend"]
    assert visit.says("recommend.yes") == []
    assert [(a.question, a.answer, a.result) for a in visit.answers] == [
        ("owner", "yes", "r_yes"),
        ("fixed", "no", "r_no"),
        ("reason", "slow", "r_slow"),
        ("recommend", "yes", "r_yes"),
    ]
    first = visit.answers[0]
    assert (first.at, first.questionnaire, first.utterance) == (200, "visit", "u")
    assert first.evidence == (Evidence(why="听到了"),)


def test_what_a_branch_skips_is_not_due() -> None:
    visit = Visit()
    visit.permission()
    visit.says("owner.yes")
    assert visit.says("fixed.yes") == ["recommend"]
    assert "reason" not in visit.due


def test_an_answer_that_ends_the_questionnaire_ends_it() -> None:
    visit = Visit()
    visit.permission()
    assert visit.says("owner.no") == []
    assert visit.enters("gather_info") == []
    assert visit.says("owner.yes") == []
    assert len(visit.answers) == 1


def test_only_answers_to_the_question_at_hand_count() -> None:
    visit = Visit()
    assert visit.says("owner.yes") == []
    visit.permission()
    assert visit.says("fixed.yes") == []
    assert visit.says("owner.unheard_of") == []
    assert visit.signal("answer", "other.owner.yes") == []
    assert visit.answers == []


def test_the_agent_may_ask_in_any_order() -> None:
    visit = Visit()
    visit.permission()
    assert visit.asks("owner") == []  # is due already
    assert visit.asks("fixed") == ["fixed"]
    assert visit.asks("unheard_of") == []
    assert visit.says("fixed.yes") == ["recommend"]


def test_what_was_asked_before_the_customer_said_it_suits_counts_and_is_not_asked_again() -> None:
    visit = Visit()
    visit.enters("greeting")
    assert visit.asks("owner") == ["owner"]
    assert visit.says("owner.yes") == []  # the greeting is not over
    assert visit.asks("convenient") == ["convenient"]
    assert visit.permission() == []  # its answer is waited for
    assert visit.says("convenient.yes") == ["fixed"]  # leads to `owner`, which is known


def test_a_question_answered_is_due_again_only_when_the_agent_asks_it_again() -> None:
    visit = Visit()
    visit.permission()
    visit.says("owner.yes")
    visit.says("fixed.no")
    assert visit.asks("fixed") == ["fixed"]
    assert visit.says("fixed.yes") == ["recommend"]
    assert [a.answer for a in visit.answers if a.question == "fixed"] == ["no", "yes"]


def test_the_last_question_may_be_asked_again_too() -> None:
    visit = Visit()
    visit.permission()
    assert visit.says("owner.no") == []
    assert visit.asks("owner") == ["owner"]
    assert visit.says("owner.yes") == ["fixed"]


def test_branches_that_lead_round_in_a_circle_end() -> None:
    visit = Visit()
    visit.permission()
    visit.says("owner.yes")
    visit.says("fixed.no")
    assert visit.says("reason.price") == []  # back to `fixed`, which leads to `reason`


def test_an_answer_without_an_utterance_has_none() -> None:
    visit = Visit()
    visit.permission()
    visit.signal("answer", "visit.owner.yes", None)
    assert visit.answers[0].utterance == ""


def test_the_question_at_hand_is_one_of_this_questionnaire() -> None:
    visit = Visit()
    visit.permission()
    assert current_question(VISIT, visit.state) is VISIT.questions[0]
    assert current_question(replace(VISIT, id="another"), visit.state) is None


def test_time_alone_asks_nothing() -> None:
    asking = Asking(book())
    assert asking.deadline(CallState()) is None
    assert list(asking.due(0, CallState())) == []
