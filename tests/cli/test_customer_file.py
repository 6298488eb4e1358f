"""What is known of a customer, read from a file: right ones, and wrong ones with a sentence that names the field."""

import json
from pathlib import Path

import pytest

from assist.core.customer import Customer
from assist.core.errors import SettingsError
from assist.customer_file import read_customer

pytestmark = pytest.mark.unit


def written(tmp_path: Path, data: object) -> Path:
    file = tmp_path / "customer.json"
    file.write_bytes(data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode())
    return file


def test_every_fact_may_be_missing_or_null(tmp_path: Path) -> None:
    assert read_customer(written(tmp_path, {})) == Customer()
    known = read_customer(written(tmp_path, {"surname": " 王 ", "fee": 159, "plan": None, "history": ["来电问账单"]}))
    assert known == Customer(surname="王", fee=159, history=("来电问账单",))


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read_customer(written(tmp_path, b"\xef\xbb\xbf" + '{"surname": "王"}'.encode())).surname == "王"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "王先生"}, "no fact of a customer; known: surname"),
        ({"fee": "159"}, "fee must be a number"),
        ({"fee": -1}, "fee must be a number"),
        ({"months": True}, "months must be a number"),
        ({"months": 3.5}, "months must be a number"),
        ({"surname": 7}, "surname must be a text"),
        ({"surname": "  "}, "surname must be a text"),
        ({"surname": "王\n"}, "surname must be a text"),
        ({"plan": "长" * 61}, "at most 60 characters"),
        ({"history": "来电"}, "history must be a list"),
        ({"history": [1]}, "history must be a text"),
        ([], "must hold one object"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON in UTF-8"),
        (b"[" * 60_000, "not JSON"),
        (b" " * 70_000, "larger than"),
        (b'{"fee": NaN}', "fee must be a number"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, data: object, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        read_customer(written(tmp_path, data))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nobody.json: cannot be read"):
        read_customer(tmp_path / "nobody.json")
