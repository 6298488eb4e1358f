"""The labels of sentences and calls: which there are, and a sentence about the first that cannot be used."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from assist.core import wire
from assist.core.events import Channel
from assist.training.scores import NONE

Names = Mapping[str, Mapping[str, str]]  # group -> id -> name, as in `Playbook.labels`
_Check = Callable[[Any, Names], str | None]  # what is wrong with a value


class About(StrEnum):
    """What the sentences of a file are labelled with."""

    FORBIDDEN = "forbidden"
    OBJECTIONS = "objections"
    COMMITMENTS = "commitments"

    @property
    def channel(self) -> Channel:
        """Who says them."""
        return Channel.CUSTOMER if self is About.OBJECTIONS else Channel.AGENT


_MARKS = {"label": About.FORBIDDEN, "topic": About.OBJECTIONS, "commitment": About.COMMITMENTS}


def about(row: Any) -> About | None:
    """What a line is labelled with, by its fields; None when it is no labelled sentence."""
    if not isinstance(row, dict) or "text" not in row:
        return None
    return next((kind for field, kind in _MARKS.items() if field in row), None)


def sentence_fault(kind: About, row: Any, names: Names) -> str | None:
    """What is wrong with a line of an utterance file; None when nothing is. Every label must be there."""
    if not isinstance(row, dict):
        return "not an object"
    checks = {"text": _spoken, **_SENTENCES[kind]}
    missing = next((field for field in checks if field not in row), None)
    return f"{missing} is missing" if missing is not None else _fault(row, checks, names)


def call_fault(call: Mapping[str, Any], names: Names) -> str | None:
    """What is wrong with the labels of an annotated call; None when nothing is. A label may be missing: it is not judged."""
    fault = _fault(call, _CALLS, names)
    if fault is not None:
        return fault
    for index, turn in enumerate(call["turns"]):
        fault = _fault(turn, _TURNS[Channel(turn["channel"])], names)
        if fault is not None:
            return f"turn {index}: {fault}"
    return None


def _fault(row: Mapping[str, Any], checks: Mapping[str, _Check], names: Names) -> str | None:
    for field, check in checks.items():
        fault = check(row[field], names) if field in row else None
        if fault is not None:
            return f"{field} {fault}"
    return None


def _id_of(group: str, *also: str | None) -> _Check:
    """An id of a group of labels, or one of `also`."""

    def check(value: Any, names: Names) -> str | None:
        if value in also or (isinstance(value, str) and value in names[group]):
            return None
        known = [*names[group], *("null" if one is None else one for one in also)]
        return f"must be one of {', '.join(known)}"

    return check


def _of(*kinds: type, what: str) -> _Check:
    return lambda value, _: None if isinstance(value, kinds) else f"must be {what}"


def _spoken(value: Any, _: Names) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "must be words"
    return None if wire.writable(value) else "has broken characters; save the file as UTF-8"


def _object_with(fields: Mapping[str, _Check], needed: str | None = None, *, or_null: bool = False) -> _Check:
    def check(value: Any, names: Names) -> str | None:
        if value is None and or_null:
            return None
        if not isinstance(value, dict):
            return "must be an object or null" if or_null else "must hold objects"
        if needed is not None and needed not in value:
            return f"without {needed}"
        return _fault(value, fields, names)

    return check


def _list_of(check: _Check) -> _Check:
    def each(value: Any, names: Names) -> str | None:
        if not isinstance(value, list):
            return "must be a list"
        return next((fault for one in value if (fault := check(one, names)) is not None), None)

    return each


_YES_OR_NO = _of(bool, what="true or false")
_WORDS = _of(str, type(None), what="words or null")
_SENTENCES: Mapping[About, dict[str, _Check]] = {
    About.FORBIDDEN: {"label": _id_of("forbidden_categories", NONE), "span": _WORDS, "hard_negative": _YES_OR_NO},
    About.OBJECTIONS: {
        "topic": _id_of("objection_topics", NONE),
        "kind": _id_of("objection_kinds", None),
        "intent": _id_of("intents", None),
        "emotion": _id_of("emotions"),
    },
    About.COMMITMENTS: {"commitment": _YES_OR_NO, "deadline": _WORDS},
}
_CALLS: Mapping[str, _Check] = {
    "customer_type": _id_of("customer_types", None),
    "behaviours": _list_of(_object_with({"rule": _id_of("behaviours")}, "rule")),
}
_SPOKEN_WRONGLY = {"category": _id_of("forbidden_categories"), "span": _WORDS}
_OBJECTION = {"topic": _id_of("objection_topics"), "kind": _id_of("objection_kinds")}
_TURNS: Mapping[Channel, Mapping[str, _Check]] = {
    Channel.AGENT: {
        "stage": _id_of("stages", None),
        "forbidden": _list_of(_object_with(_SPOKEN_WRONGLY, "category")),
        "commitment": _object_with({"deadline": _WORDS}, or_null=True),
    },
    Channel.CUSTOMER: {
        "intent": _id_of("intents", None),
        "emotion": _id_of("emotions"),
        "objection": _object_with(_OBJECTION, "topic", or_null=True),
    },
}
