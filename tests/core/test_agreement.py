import pytest

from assist.core.agreement import Agreement, AgreementRules

pytestmark = pytest.mark.unit


def after(*hypotheses: str, passes: int = 2, hold_back: int = 2) -> Agreement:
    agreement = Agreement(AgreementRules(passes=passes, hold_back=hold_back))
    for hypothesis in hypotheses:
        agreement.hear(hypothesis)
    return agreement


def test_what_was_heard_once_is_not_stable() -> None:
    assert after("我要查话费").stable == ""


def test_what_two_hypotheses_agree_on_is_stable_but_for_the_newest_characters() -> None:
    assert after("我要查话费", "我要查话费").stable == "我要查"
    assert after("我要查话费", "我要查话费的明细").stable == "我要查话费"


def test_as_many_in_a_row_must_agree_as_the_rules_say() -> None:
    assert after("我要查话费", "我腰疼花费", "我要查话费").stable == "我"
    assert after("我要查话费", "我要查话费", passes=3).stable == ""
    assert after("我要查话费", "我要查话费", "我要查话费", passes=3).stable == "我要查"
    assert after("我要查话费", "我要查话单", "我要查话费", passes=3, hold_back=0).stable == "我要查话"
    assert after("我要查话费", passes=1).stable == "我要查"


def test_the_default_holds_something_back() -> None:
    agreement = Agreement()
    for _ in range(AgreementRules().passes):
        agreement.hear("我要查询上个月的话费")
    assert 0 < len(agreement.stable) < len("我要查询上个月的话费")


def test_marks_count_for_nothing_and_the_newest_ones_stay() -> None:
    assert after("我要。查话费", "我要查，话费！").stable == "我要查"
    assert after("我要。查话费，好", "我要查，话费好吗？").stable == "我要查，话费"


def test_a_mark_behind_the_last_stable_character_is_still_open() -> None:
    assert after("好的，谢谢", "好的，谢谢").stable == "好的"


def test_a_later_hypothesis_does_not_change_the_stable_beginning() -> None:
    agreement = after("我要查话费", "我要查话费")
    assert agreement.hear("我腰茶话费多少") == "我要查话费多少"
    assert agreement.hear("嗯我要查话费多少钱") == "我要查话费多少钱"
    assert agreement.hear("要查话费多少钱") == "我要查话费多少钱"
    assert agreement.stable.startswith("我要查")


def test_agreement_that_falls_back_takes_nothing_back() -> None:
    agreement = after("我要查话费的明细", "我要查话费的明细")
    stable = agreement.stable
    assert agreement.hear("我要") == stable
    assert agreement.hear("") == stable
    assert agreement.stable == stable


def test_a_character_that_is_heard_as_another_is_not_said_twice() -> None:
    agreement = Agreement()
    agreement.settle("我要查话单")
    assert agreement.join("我要查话费多少钱") == "我要查话单多少钱"
    assert agreement.join("我要查花旦多少钱") == "我要查话单多少钱"
    assert agreement.join("嗯") == "我要查话单"


def test_a_beginning_that_stutters_ends_where_it_is_as_long() -> None:
    agreement = after("好好好", "好好好", hold_back=1)
    assert agreement.stable == "好好"
    assert agreement.join("好好好好") == "好好好好"
    assert agreement.join("号好好") == "好好好"


def test_joining_changes_nothing_that_is_known() -> None:
    agreement = after("我要查话费", "我要查话费")
    assert agreement.join("我要查套餐") == "我要查套餐"
    assert agreement.stable == "我要查"
    agreement.hear("我要查话费吧")
    assert agreement.stable == "我要查话"


def test_a_settled_text_is_stable_as_a_whole_and_what_follows_grows_from_it() -> None:
    agreement = after("我要查话费", "我要查话费")
    settled = agreement.settle("我腰查话单，")
    assert settled == agreement.stable == "我要查话单，"
    assert agreement.hear("我要查话费多少钱") == "我要查话单，多少钱"
    assert agreement.stable == settled
    agreement.hear("我要查话单多少钱")
    assert agreement.stable == "我要查话单，多"


def test_what_was_heard_before_a_text_was_settled_agrees_with_nothing_after() -> None:
    agreement = after("我要查话费的明细")
    agreement.settle("我要")
    agreement.hear("我要查话费的明细")
    assert agreement.stable == "我要"


def test_nothing_settled_is_what_was_stable() -> None:
    agreement = after("我要查话费", "我要查话费")
    assert agreement.settle("") == agreement.stable == "我要查"
