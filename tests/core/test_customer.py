import pytest

from assist.core.customer import SLOTS, Customer

pytestmark = pytest.mark.unit


def test_nothing_is_known_of_nobody() -> None:
    nobody = Customer()
    assert (nobody.name, nobody.known(), nobody.slots()) == (None, (), {})


def test_all_facts_have_a_slot() -> None:
    known = Customer(
        surname="王", title="先生", plan="畅享套餐", fee=59.9, months=10, contract_months=12, points=300, handset="荣耀",
        usage="流量用得多", arrears=0.0, issue="宽带老断",
    )  # fmt: skip
    assert set(known.slots()) == set(SLOTS)
    assert known.slots()["months_left"] == "2"
    assert known.slots()["fee"] == "59.9"
    assert known.known() == ("王先生", "畅享套餐", "荣耀")


@pytest.mark.parametrize("known", [Customer(surname="王"), Customer(title="女士")])
def test_a_name_needs_both_parts(known: Customer) -> None:
    assert known.name is None


@pytest.mark.parametrize(
    "known", [Customer(months=13, contract_months=12), Customer(months=3), Customer(contract_months=12)]
)
def test_months_left_are_not_invented(known: Customer) -> None:
    assert "months_left" not in known.slots()
