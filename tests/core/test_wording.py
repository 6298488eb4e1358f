import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.core.wording import fill, slots, wording_fault

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "known", "said"),
    [
        ("您好", {}, "您好"),
        ("[{name}，]您好", {"name": "王先生"}, "王先生，您好"),
        ("[{name}，]您好", {}, "您好"),
        ("每月[{fee}元|的月租]", {"fee": "159"}, "每月159元"),
        ("每月[{fee}元|的月租]", {}, "每月的月租"),
        ("[{plan}每月{fee}元|您的套餐]", {"fee": "59"}, "您的套餐"),
        ("[{name}]", {"name": "[{fee}]", "fee": "1"}, "[{fee}]"),
    ],
)
def test_a_line_has_a_form_with_and_one_without(line: str, known: dict[str, str], said: str) -> None:
    assert wording_fault(line) is None
    assert fill(line, known) == said


def test_the_slots_of_a_line() -> None:
    assert list(slots("[{name}，]每月[{fee}元|的月租]{plan}")) == ["name", "fee", "plan"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("每月{fee}元", "outside brackets"),
        ("[每月{fee}元", "no partner"),
        ("每月|月租", "no partner"),
        ("[[{fee}]]", "no partner"),
        ("[没有]", "no slot"),
        ("[{fee}元|{plan}]", "has a slot itself"),
        ("一个}", "outside brackets"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: str, fault: str) -> None:
    assert fault in (wording_fault(line) or "")


@given(
    st.text("王{}[]|abz_，元", max_size=30),
    st.dictionaries(st.sampled_from(["a", "b", "ab"]), st.text("字", max_size=3)),
)
def test_a_right_line_never_shows_its_signs(line: str, known: dict[str, str]) -> None:
    if wording_fault(line) is None:
        assert not set(fill(line, known)) & set("{}[]|")
