"""Entries of a playbook: cues with their triggers, conditions and examples."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from assist.core.events import Channel, CueKind
from assist.core.lexicon import Phrases
from assist.core.playbook import Entry, Line
from assist.core.questionnaires import Questionnaire
from assist.core.triggers import (
    Conditions,
    Months,
    OnBehaviour,
    OnForbidden,
    OnLacking,
    OnMeaning,
    OnMissing,
    OnObjection,
    OnPhrase,
    OnQuestion,
    OnSequence,
    OnSignal,
    OnStage,
    OnStaying,
    OnTime,
    OnType,
    Scope,
    Single,
    Trigger,
)

MEANING_AT_LEAST = 0.62  # cosine; measured on the examples of the playbooks
_PLAIN = ("priority", "cool_down_seconds", "max_per_call", "expires_seconds", "say_for", "opens")
_QUESTION_PRIORITY, _QUESTION_SECONDS = 66, 60.0  # the questions are what such a call is for

Keys = Iterator[str]


def sources(data: str | list[str]) -> tuple[str, ...]:
    """One row or several."""
    return (data,) if isinstance(data, str) else tuple(data)


def phrases(data: Mapping[str, Any], key: str = "heard") -> Phrases:
    """Patterns and what takes them back."""
    return Phrases(tuple(data[key]), tuple(data.get("unless", ())))


def months(data: Mapping[str, int] | None) -> Months | None:
    """A stretch of a contract."""
    return None if data is None else Months(data["from"], data["to"])


def entry(data: Mapping[str, Any]) -> Entry:
    """A checked entry."""
    optional = {key: data[key] for key in _PLAIN if key in data}
    if data.get("once"):
        optional["max_per_call"] = 1
    keys = (data["id"] if n == 0 else f"{data['id']}/{n}" for n in count())
    return Entry(
        id=data["id"],
        sources=sources(data["source"]),
        kind=CueKind(data["kind"]),
        when=tuple(_trigger(trigger, keys) for trigger in data["when"]),
        title=data["title"],
        say=data["say"],
        why=data["why"],
        scope=Scope(**{key: tuple(ids) for key, ids in data.get("scope", {}).items()}),
        only_if=_conditions(data.get("only_if", {})),
        done_when=tuple(data.get("done_when", ())),
        must_fire=_examples(data["must_fire"]),
        must_not_fire=_examples(data["must_not_fire"]),
        **optional,
    )


def question_entries(questionnaire: Questionnaire) -> Iterator[Entry]:
    """A cue for each question, shown when it is the next one to ask."""
    for question in questionnaire.questions:
        name = f"{questionnaire.id}.{question.id}"
        yield Entry(
            id=f"question.{name}",
            sources=questionnaire.sources,
            kind=CueKind.ASK,
            when=(OnQuestion(name),),
            title=question.title,
            say=question.ask,
            why=f"{questionnaire.title}：接下来问这一题。",
            scope=Scope(scenes=questionnaire.scenes),
            priority=_QUESTION_PRIORITY,
            cool_down_seconds=0.0,
            max_per_call=2,
            expires_seconds=_QUESTION_SECONDS,
        )


_SINGLE: Mapping[str, Callable[[Any, Keys], Single]] = {
    "phrase": lambda d, keys: OnPhrase(Channel(d["channel"]), phrases(d), next(keys)),
    "meaning": lambda d, keys: OnMeaning(
        Channel(d["channel"]),
        tuple(d["like"]),
        tuple(d.get("unlike", ())),
        float(d.get("at_least", MEANING_AT_LEAST)),
        next(keys),
    ),
    "forbidden": lambda d, _: OnForbidden(tuple(d)),
    "objection": lambda d, _: OnObjection(tuple(d.get("topics", ())), tuple(d.get("kinds", ()))),
    "signal": lambda d, _: OnSignal(d["name"], tuple(d["labels"])),
    "behaviour": lambda d, _: OnBehaviour(tuple(d)),
    "stage": lambda d, _: OnStage(tuple(d)),
    "missing": lambda d, _: OnMissing(d["step"], tuple(d["at"])),
    "staying": lambda d, _: OnStaying(d["stage"], float(d["seconds"]), d.get("step")),
    "type": lambda d, _: OnType(tuple(d)),
    "time": lambda d, _: OnTime(float(d)),
}


def _trigger(data: Mapping[str, Any], keys: Keys) -> Trigger:
    ((name, body),) = data.items()
    if name not in ("sequence", "lacking"):
        return _single(data, keys)
    first, then = (_single(body[part], keys) for part in ("first", "then"))
    kind = OnSequence if name == "sequence" else OnLacking
    return kind(first, then, float(body["within_seconds"]))


def _single(data: Mapping[str, Any], keys: Keys) -> Single:
    ((name, body),) = data.items()
    return _SINGLE[name](body, keys)


def _conditions(data: Mapping[str, Any]) -> Conditions:
    lists = ("done", "not_done", "been_in", "not_been_in", "facts")
    fields: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in data.items()}
    if "months" in fields:
        fields["months"] = months(data["months"])
    return Conditions(**fields)


def _examples(data: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[tuple[Line, ...], ...]:
    return tuple(tuple(_line(line) for line in example) for example in data)


def _line(data: Mapping[str, Any]) -> Line:
    channel = Channel.AGENT if "agent" in data else Channel.CUSTOMER
    return Line(channel, data[channel.value], float(data.get("gap", 0.8)))
