"""Entries that can never fire: what they wait for does not come in their scenes, or what they ask for contradicts itself."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prompts.known import Known
from prompts.pages import Pages
from prompts.schema_faults import Fault

# Whose words set off a trigger; none: nobody's, so that a scope of channels would never be met.
_SPEAKER = {"forbidden": "agent", "objection": "customer", "stage": "", "missing": "", "behaviour": "", "type": ""}
_BY_TIME = ("staying", "time")
_SILENT = ("pace_mismatch", "loudness_mismatch")  # habits that lines of text cannot show


def check_reachable(pages: Pages, known: Known) -> None:
    """Raises `PlaybookError` at the first entry that cannot fire, or that does not show when it does."""
    for page in pages.cues:
        for i, entry in enumerate(page.data):
            for fault in _faults(entry, known):
                raise page.lines.error((i, *fault.where), fault.code, f"{entry['id']!r} {fault.message}")
    for page in pages.questionnaires:
        for i, name in _never_asked(page.data["questions"]):
            message = f"no answer leads to the question {name!r}, nor is it the first; lead to it or take it out"
            raise page.lines.error(("questions", i, "id"), "playbook.unreachable_question", message)


def _faults(entry: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    yield from _contradictions(entry)
    yield from _scope(entry, known)
    scenes = entry.get("scope", {}).get("scenes", known.scenes)
    for i, trigger in enumerate(entry["when"]):
        ((kind, body),) = trigger.items()
        for message in _of_trigger(kind, body, entry.get("scope", {}), scenes, known):
            yield Fault(("when", i, kind), "playbook.unreachable", f"can never fire here: {message}")
    if not entry["must_fire"] and not _silent(entry["when"]):
        yield Fault(
            ("must_fire",), "playbook.no_example", "has no example of when it fires; write at least two under must_fire"
        )
    if not entry["must_not_fire"]:
        yield Fault(
            ("must_not_fire",), "playbook.no_example", "has no near miss; write at least two under must_not_fire"
        )


def _contradictions(entry: Mapping[str, Any]) -> Iterator[Fault]:
    """Conditions of which each is right and which together never hold."""
    asked, scope = entry.get("only_if", {}), entry.get("scope", {})
    for yes, no in (("done", "not_done"), ("been_in", "not_been_in")):
        for both in set(asked.get(yes, ())) & set(asked.get(no, ())):
            yield _contradiction(no, f"asks that {both} is in {yes} and in {no}; keep one")
    stages = set(scope.get("stages", ()))
    if stages and stages <= set(asked.get("not_been_in", ())):
        yield _contradiction("not_been_in", "asks for a call that has not been in the stages of its scope")
    if asked.get("before_seconds", 9e9) <= asked.get("after_seconds", 0):
        yield _contradiction("before_seconds", "ends before it begins; make before_seconds the larger one")
    if "months" in asked and asked["months"]["from"] > asked["months"]["to"]:
        yield _contradiction("months", "begins in a later month than it ends in; swap from and to")
    if asked.get("type_known") is False and scope.get("customer_types"):
        yield _contradiction("type_known", "asks for a type in its scope and for none in only_if; keep one")
    if entry.get("once") and entry.get("max_per_call", 1) > 1:
        yield Fault(("max_per_call",), "playbook.contradiction", "comes once and more often; keep once or max_per_call")


def _contradiction(key: str, message: str) -> Fault:
    return Fault(("only_if", key), "playbook.contradiction", message)


def _scope(entry: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """Scenes of a scope that come to none of its stages."""
    scope = entry.get("scope", {})
    for i, scene in enumerate(scope.get("scenes", ())):
        if "stages" in scope and not set(scope["stages"]) & known.stages_in(scene):
            message = f"can never fire in {scene}: its model has no stage {_or(scope['stages'])}; mend the scope"
            yield Fault(("scope", "scenes", i), "playbook.unreachable_scene", message)
    if scope.get("stages") and not set(scope["stages"]) & _stages(known.scenes, known):
        message = f"waits for {_or(scope['stages'])}, which no call of any scene comes to; mend the scope"
        yield Fault(("scope", "stages"), "playbook.unreachable_stage", message)


def _of_trigger(kind: str, body: Any, scope: Mapping[str, Any], scenes: Iterable[str], known: Known) -> Iterator[str]:
    """Why a trigger cannot come where the entry applies."""
    if kind in ("sequence", "lacking"):
        for part in ("first", "then"):
            ((inner, of),) = body[part].items()
            if inner in _BY_TIME:
                yield f"{inner} has no moment that could be the {part!r} of a {kind}; name what is heard"
            else:
                end = kind == "sequence" and part == "then"
                yield from _of_trigger(inner, of, scope if end else {}, scenes, known)
        return
    channels, speaker = scope.get("channels"), _speaker(kind, body)
    if channels and speaker is not None and speaker not in channels:
        yield f"{kind} is set off by {'the ' + speaker if speaker else 'nobody’s words'}; mend scope.channels"
    wanted = _awaited(kind, body)
    if wanted and not wanted & _stages(scenes, known) & set(scope.get("stages", known.stages)):
        yield f"no call of its scenes comes to {_or(wanted)} within its scope; mend scope or when"
    steps = set().union(*(known.steps_in(scene) for scene in scenes))
    if kind == "missing" and body["step"] not in steps:
        yield f"{body['step']} is a step of no model of its scenes, and would always be missing; mend scope or when"
    if kind == "signal" and body["name"] == "step" and not set(body["labels"]) & steps:
        yield f"no model of its scenes has the step {_or(body['labels'])}; mend scope or when"
    if kind == "type" and "customer_types" in scope and not set(body) & set(scope["customer_types"]):
        yield "its scope has none of these customer types; mend scope or when"


def _speaker(kind: str, body: Any) -> str | None:
    return body["channel"] if kind in ("phrase", "meaning") else _SPEAKER.get(kind)


def _awaited(kind: str, body: Any) -> set[str]:
    """Stages one of which a trigger needs the call to be in; none: any will do."""
    match kind:
        case "stage":
            return set(body)
        case "missing":
            return set(body["at"])
        case "staying":
            return {body["stage"]}
        case _:
            return set()


def _stages(scenes: Iterable[str], known: Known) -> set[str]:
    return set().union(*(known.stages_in(scene) for scene in scenes))


def _silent(triggers: Iterable[Mapping[str, Any]]) -> bool:
    return all(set(trigger.get("behaviour", ("",))) <= set(_SILENT) for trigger in triggers)


def _never_asked(questions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Questions behind the first to which nothing leads."""
    listed = list(questions)
    led = {one["then"] for one in listed}
    led |= {answer.get("then") for one in listed for answer in one["answers"]}
    yield from ((i, one["id"]) for i, one in enumerate(listed) if i > 0 and one["id"] not in led)


def _or(ids: Iterable[str]) -> str:
    return " or ".join(sorted(ids))
