"""What the schema complains of, in words that say what would be right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

Where = tuple[str | int, ...]

_RELATIONS = ("sequence", "lacking")
_TYPES = {
    "string": "text; put quotes around it",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list; begin each item with - or write [a, b]",
    "object": "a table; write key: value",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value: where it stands, a stable code, and a sentence that names the mend."""

    where: Where
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A validation error taken apart, since every field of it may be anything."""

    where: Where
    value: Any
    rule: str
    wanted: Any
    allowed: Mapping[str, Any]
    message: str


def schema_fault(error: ValidationError, data: Any) -> Fault:
    """The fault that a validation error of a page stands for; an item of a list is called by its id."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    where = tuple(error.absolute_path)
    found = _Complaint(where, error.instance, str(error.validator), error.validator_value, schema, error.message)
    extra, code, message = _WORDS.get(found.rule, _anything)(found)
    return Fault((*where, *extra), f"playbook.{code}", f"{_place(where, data)}: {message}")


def _place(where: Where, data: Any) -> str:
    """Where in the file, for a person: `price.compare: when[0].phrase`."""
    named = ""
    if where and isinstance(where[0], int) and isinstance(data[where[0]], dict):
        item = data[where[0]].get("id")
        named, where = (item, where[1:]) if isinstance(item, str) else ("", where)
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    return ": ".join(part for part in (named, path) if part) or "the file"


Words = tuple[Where, str, str]  # what to add to the path, the code, the sentence


def _missing(found: _Complaint) -> Words:
    missing = next(key for key in found.wanted if key not in found.value)
    return (), "missing_key", f"{missing!r} is missing; write it"


def _too_long(found: _Complaint) -> Words:
    return (), "too_long", f"{found.value!r} has {len(found.value)} characters; {found.wanted} are the most"


def _unknown_key(found: _Complaint) -> Words:
    known = list(found.allowed["properties"])
    key = next(key for key in found.value if key not in known)
    if "phrase" in known:
        return (key,), "unknown_trigger", f"there is no trigger {key!r}; known: {', '.join((*known, *_RELATIONS))}"
    return (key,), "unknown_key", f"no key {key!r} here; known: {', '.join(known)}"


def _wrong_type(found: _Complaint) -> Words:
    kinds = [found.wanted] if isinstance(found.wanted, str) else found.wanted
    return (), "wrong_type", f"{_short(found.value)} must be {', or '.join(_TYPES[kind] for kind in kinds)}"


def _no_choice(found: _Complaint) -> Words:
    return (), "choice", f"{_short(found.value)} is none of: {', '.join(map(str, found.wanted))}"


def _wrong_form(found: _Complaint) -> Words:
    return (), "form", f"{_short(found.value)} does not have the form {found.wanted}"


def _empty(found: _Complaint) -> Words:
    return (), "too_few", f"at least {found.wanted} must stand here; add to it or take the key away"


def _too_many(found: _Complaint) -> Words:
    return (), "too_many", f"at most {found.wanted} may stand here; begin another item, or take some away"


def _twice(found: _Complaint) -> Words:
    return (), "duplicate", "something stands twice in this list; keep one"


def _range(found: _Complaint) -> Words:
    return (), "range", f"{found.message}"


def _anything(found: _Complaint) -> Words:
    """Alternatives, of which none or more than one fits; each has a required key or a form of its own."""
    alternatives = found.wanted if isinstance(found.wanted, list) else []
    keys = [key for one in alternatives if isinstance(one, Mapping) for key in one.get("required", ())]
    if keys:
        return (), "one_of", f"write {' or '.join(map(repr, keys))}, one of them"
    meaning = found.allowed.get("description")
    return (), "schema", f"{_short(found.value)} does not fit here" + (f"; wanted: {meaning}" if meaning else "")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "…"


_WORDS: Mapping[str, Callable[[_Complaint], Words]] = {
    "required": _missing,
    "maxLength": _too_long,
    "additionalProperties": _unknown_key,
    "type": _wrong_type,
    "enum": _no_choice,
    "pattern": _wrong_form,
    "minItems": _empty,
    "minProperties": _empty,
    "minLength": _empty,
    "maxItems": _too_many,
    "maxProperties": _too_many,
    "uniqueItems": _twice,
    "minimum": _range,
    "maximum": _range,
    "exclusiveMinimum": _range,
}
