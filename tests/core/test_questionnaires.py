import pytest

from assist.core.lexicon import Phrases
from assist.core.questionnaires import Option, Question, Questionnaire

pytestmark = pytest.mark.unit


def test_a_question_is_found_by_its_id() -> None:
    first, second = (
        Question(name, name, "？", Phrases((name,)), (Option("yes", "是", Phrases(("是",))),))
        for name in ("one", "two")
    )
    asked = Questionnaire("q", ("U1",), "问", ("followup_sales",), (first, second))
    assert asked.question("two") is second
    assert asked.question("one").then is None
