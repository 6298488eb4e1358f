"""What an agent does over time, read from spans, voices, texts and signals; the same rules live and in review.

Each rule is one function from a moment of the call to the time since when it holds, with the evidence. Rules about one moment
may be noticed again; the others once per call. Steps that a call model asks for, and names a behaviour for, are noticed when
the call goes on, or ends, without them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from assist.core import handling, manner
from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    CommitmentMade,
    Evidence,
    SpeechEnded,
    StageEntered,
    Transcribed,
    VoiceMeasured,
)
from assist.core.moments import Moment, Noticed
from assist.core.playbook import Model, Playbook, Step
from assist.core.state import CallState
from assist.core.turns import Turn

Rule = Callable[[Moment], Noticed]
_WE_CALLED = ("no_permission", "pitch_before_discovery")  # a customer who calls us has asked for the call
_LAST_TURNS = 3  # of the agent, in which thanks belong to the end of the call


@dataclass(frozen=True, slots=True)
class _Named:
    look: Rule
    once: bool = True
    at_the_end: bool = False  # asked once more when the call is over


RULES: Mapping[str, _Named] = {
    "interrupts": _Named(manner.interrupts, once=False),
    "monologue": _Named(manner.monologue, once=False),
    "no_backchannel": _Named(manner.no_backchannel, once=False),
    "talks_too_much": _Named(manner.talks_too_much),
    "pace_mismatch": _Named(manner.pace_mismatch),
    "loudness_mismatch": _Named(manner.loudness_mismatch),
    "question_pileup": _Named(manner.question_pileup, once=False),
    "no_empathy": _Named(handling.no_empathy),
    "no_reason_confirmed": _Named(handling.no_reason_confirmed),
    "pitch_before_discovery": _Named(handling.pitch_before_discovery),
    "agrees_with_complaint": _Named(handling.agrees_with_complaint),
    "no_acceptance_check": _Named(handling.no_acceptance_check, at_the_end=True),
    "no_second_offer": _Named(handling.no_second_offer, at_the_end=True),
    "no_numbers": _Named(handling.no_numbers, at_the_end=True),
    "agent_hangs_up_first": _Named(handling.agent_hangs_up_first, at_the_end=True),
    "promise_without_deadline": _Named(handling.promise_without_deadline, once=False),
    "early_apology": _Named(handling.early_apology),
}


class Behaviours:
    """Runs the rules, and notices required steps that were passed over."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if isinstance(event, StageEntered):
            yield from self._passed_over(event, self._moment(event, state))
        elif isinstance(event, SpeechEnded | VoiceMeasured | CommitmentMade) or (
            isinstance(event, Transcribed) and event.transcript.final
        ):
            yield from self._look(RULES, self._moment(event, state))

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def at_the_end(self, state: CallState) -> Iterator[CallEvent]:
        """What was never said; asked when the call is over. A call without a word has nothing to be missed."""
        moment = self._moment(None, state)
        if moment.turns:
            yield from self._look({name: rule for name, rule in RULES.items() if rule.at_the_end}, moment)
            yield from self._missed(_steps(moment.model), moment)

    def _moment(self, event: CallEvent | None, state: CallState) -> Moment:
        model = self._playbook.model_for(state.scene, state.call_model)
        return Moment(event, state, self._playbook.thresholds, model)

    def _look(self, rules: Mapping[str, _Named], moment: Moment) -> Iterator[CallEvent]:
        for name, rule in rules.items():
            if rule.once and any(noticed.rule == name for noticed in moment.state.behaviours):
                continue
            found = rule.look(moment)
            if found is not None and self._applies(name, moment):
                yield BehaviourNoticed(at=moment.state.at, rule=name, since=found[0], evidence=(found[1],))

    def _passed_over(self, entered: StageEntered, moment: Moment) -> Iterator[CallEvent]:
        """Steps of earlier stages that were not heard; only of a stage that the call has really left."""
        model = moment.model
        if not moment.turns or model.stage(entered.stage) is None:
            return
        reached = model.order(entered.stage)
        yield from self._missed([s for s in _steps(model) if model.order(s.id.split(".")[0]) < reached], moment)

    def _missed(self, steps: Iterable[Step], moment: Moment) -> Iterator[CallEvent]:
        state = moment.state
        seen = {noticed.rule for noticed in state.behaviours}
        for step in steps:
            if step.missed is None or step.missed in seen or not self._applies(step.missed, moment):
                continue
            if not _done(step, moment):
                seen.add(step.missed)
                why = Evidence(why=f"没有听到「{step.title.zh}」", measure=step.id)
                yield BehaviourNoticed(at=state.at, rule=step.missed, since=state.at, evidence=(why,))

    def _applies(self, rule: str, moment: Moment) -> bool:
        if rule == "no_recap":
            return _has_substance(moment)
        if rule not in _WE_CALLED:
            return True
        opening = moment.of(Channel.AGENT)[:1]
        calls, answers = (any(one.is_one(("act", act)) for one in opening) for act in ("calls_out", "answers_call"))
        scene = self._playbook.scenes.get(moment.state.scene or "")
        placed = scene is not None and scene.placed_by_us
        return calls or not answers if placed else calls and not answers


def _steps(model: Model) -> list[Step]:
    return [step for stage in model.stages if not stage.off_call for step in stage.steps]


def _done(step: Step, moment: Moment) -> bool:
    """Whether a step was heard, in time for what its lack would mean."""
    agent = moment.of(Channel.AGENT)
    match step.missed:
        case "no_thanks":
            return any(_heard(step, turn) for turn in agent[-_LAST_TURNS:])
        case "no_recap":
            late = agent[len(agent) // 2 :]
            return any(_heard(step, turn) or _reads_back(turn) for turn in late)
        case _:
            return step.id in moment.state.steps_done or any(_heard(step, turn) for turn in moment.turns)


def _heard(step: Step, turn: Turn) -> bool:
    """Whether a step was done in this turn, be it in words that show its stage or in other ones."""
    return turn.is_one(("step", step.id), ("act", step.id))


def _reads_back(turn: Turn) -> bool:
    """Whether an order was read back for the customer to agree to, which recaps what matters."""
    ordered = turn.has("step", "agree.confirm_order", "agree.effect", "agree.read_back")
    return ordered and (turn.is_one(("act", "check_acceptance.ask_ok")) or turn.has("step", "check_acceptance."))


def _has_substance(moment: Moment) -> bool:
    """Whether something was promised, offered or objected to; a few questions answered need no summary."""
    return any(turn.has("promise") or turn.has("objection") or turn.is_one(("act", "pitch")) for turn in moment.turns)
