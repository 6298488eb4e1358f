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
    entered = {stage.stage for stage in state.stages}
    seconds = state.at / RATE
    topics = {objection.hit.topic for objection in state.objections}
    customer = state.customer
    return (
        all(step in state.steps_done for step in conditions.done)
        and not any(step in state.steps_done for step in conditions.not_done)
        and (not conditions.been_in or any(stage in entered for stage in conditions.been_in))
        and not any(stage in entered for stage in conditions.not_been_in)
        and (conditions.type_known is None or conditions.type_known is (state.type is not None))
        and len(state.objections) >= conditions.objections_from
        and len(topics) >= conditions.topics_from
        and all(fact in customer.slots() for fact in conditions.facts)
        and within(conditions.months, customer.months)
        and seconds >= conditions.after_seconds
        and (conditions.before_seconds is None or seconds < conditions.before_seconds)
    )


def within(wanted: Months | None, months: int | None) -> bool:
    """Whether a month of a contract lies in a stretch; one that is not known lies in none but the open one."""
    return wanted is None or (months is not None and wanted.first <= months <= wanted.last)
