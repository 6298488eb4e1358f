"""Where an entry applies: its scope and its conditions against the state of the call."""

from assist.core.playbook import Entry
from assist.core.spans import RATE
from assist.core.state import CallState
from assist.core.triggers import Conditions, Months


def in_scope(entry: Entry, state: CallState) -> bool:
    """Whether scene, stage and customer type are among those that an entry names."""
    scope = entry.scope
    return (
        (not scope.scenes or state.scene in scope.scenes)
        and (not scope.stages or state.stage in scope.stages)
        and (not scope.customer_types or state.type in scope.customer_types)
    )


def holds(conditions: Conditions, state: CallState) -> bool:
    """Whether all conditions hold now."""
    seconds = state.at / RATE
    return (
        all(step in state.steps_done for step in conditions.done)
        and not any(step in state.steps_done for step in conditions.not_done)
        and (not conditions.been_in or _been_in(conditions.been_in, state))
        and not _been_in(conditions.not_been_in, state)
        and (conditions.type_known is None or conditions.type_known is (state.type is not None))
        and len(state.objections) >= conditions.objections_from
        and len({objection.hit.topic for objection in state.objections}) >= conditions.topics_from
        and (not conditions.facts or set(conditions.facts) <= state.customer.slots().keys())
        and within(conditions.months, state.customer.months)
        and seconds >= conditions.after_seconds
        and (conditions.before_seconds is None or seconds < conditions.before_seconds)
    )


def _been_in(stages: tuple[str, ...], state: CallState) -> bool:
    return any(entered.stage in stages for entered in state.stages)


def within(wanted: Months | None, months: int | None) -> bool:
    """Whether a month of a contract lies in a stretch; one that is not known lies in none but the open one."""
    return wanted is None or (months is not None and wanted.first <= months <= wanted.last)
