"""Reads what is known of a customer before the call from a small JSON file."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assist.core.customer import Customer
from assist.core.errors import SettingsError

_MOST_BYTES = 64 * 1024
_MOST_CHARACTERS = 60
_KINDS: Mapping[str, tuple[type, ...]] = {
    "fee": (int, float),
    "arrears": (int, float),
    "months": (int,),
    "contract_months": (int,),
    "points": (int,),
}


def read_customer(file: Path) -> Customer:
    """The facts of a file. Raises `SettingsError` naming the field that is wrong and what it may be."""
    try:
        raw = file.read_bytes()[: _MOST_BYTES + 1]
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror}); check --customer"
        raise SettingsError("customer.unreadable", message) from error
    if len(raw) > _MOST_BYTES:
        raise SettingsError(
            "customer.large", f"{file} is larger than {_MOST_BYTES} bytes; keep to the facts of one customer"
        )
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SettingsError("customer.syntax", f"{file} is not JSON in UTF-8 ({error}); mend it there") from error
    if not isinstance(data, dict):
        raise SettingsError("customer.syntax", f'{file} must hold one object, as {{"surname": "王", "title": "先生"}}')
    return customer_of(data, str(file))


def customer_of(data: Mapping[str, Any], where: str) -> Customer:
    """Checked facts. Raises `SettingsError`; `where` says in it where they came from."""
    known = [field.name for field in dataclasses.fields(Customer)]
    facts: dict[str, Any] = {}
    for name, value in data.items():
        if name not in known:
            raise SettingsError(
                "customer.field", f"{where}: {name!r} is no fact of a customer; known: {', '.join(known)}"
            )
        if value is not None:
            facts[name] = _history(value, where) if name == "history" else _fact(name, value, where)
    return Customer(**facts)


def _fact(name: str, value: Any, where: str) -> str | int | float:
    kinds = _KINDS.get(name, (str,))
    wrong = isinstance(value, bool) or not isinstance(value, kinds)
    if isinstance(value, str):
        wrong = wrong or not value.strip() or len(value) > _MOST_CHARACTERS or not value.isprintable()
    elif not wrong:
        wrong = not 0 <= value < 1e7
    if wrong:
        what = f"a text of at most {_MOST_CHARACTERS} characters" if kinds == (str,) else "a number from 0 on"
        raise SettingsError("customer.value", f"{where}: {name} must be {what}")
    return value.strip() if isinstance(value, str) else value


def _history(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 50:  # noqa: PLR2004
        raise SettingsError("customer.value", f"{where}: history must be a list of at most 50 sentences")
    return tuple(str(_fact("history", item, where)) for item in value)
