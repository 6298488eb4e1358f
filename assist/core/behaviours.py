"""What an agent does over time, read from spans, texts and signals; the same rules live and in review.

Each rule is one function from an event and the state to the moment since when it holds, with the evidence. Rules about one
moment may be noticed again; the others once per call.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from assist.core.events import (
    BehaviourNoticed,
    CallEvent,
    Channel,
    CommitmentMade,
    Evidence,
    SpeechEnded,
    StageEntered,
    Transcribed,
    Transcript,
)
from assist.core.playbook import Playbook, Step, Thresholds
from assist.core.spans import RATE, from_seconds
from assist.core.state import CallState

Noticed = tuple[int, Evidence] | None
Rule = Callable[[CallEvent, CallState, Thresholds], Noticed]
_LEAST_LEAD = from_seconds(0.5)  # shorter starts together are a tie, not an interruption
_WE_CALLED = ("no_permission", "pitch_before_discovery")  # a customer who calls us has asked for the call
_CONFIRMING = ("confirm_reason",)
_OFFERS = ("propose", "second_offer")


def _interrupts(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """The agent came in while the customer spoke, and the customer gave way."""
    if not (isinstance(event, SpeechEnded) and event.channel is Channel.CUSTOMER):
        return None
    for speaking in state.speaking:
        over = event.span.end - speaking.start
        late = speaking.start - event.span.start
        if speaking.channel is Channel.AGENT and over >= limits.interruption_seconds * RATE and late >= _LEAST_LEAD:
            why = f"客户还在说，客服抢话 {over / RATE:.1f} 秒"
            return speaking.start, Evidence(why=why, utterance=speaking.utterance)
    return None


def _monologue(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """The agent said a lot without the customer saying anything."""
    text = _final(event, Channel.AGENT)
    if text is None:
        return None
    length, since = 0, text.span.start
    for earlier in reversed(state.finals):
        if earlier.channel is Channel.CUSTOMER:
            break
        length, since = length + len(earlier.text), earlier.span.start
    if length < limits.monologue_characters or length - len(text.text) >= limits.monologue_characters:
        return None
    return since, Evidence(why=f"连着说了 {length} 个字，没有停下来确认", utterance=text.utterance)


def _no_backchannel(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """Several customer utterances in a row without any response."""
    text = _final(event, Channel.CUSTOMER)
    limit = limits.unanswered_customer_utterances
    spoken = state.spoken[-limit:]
    if (
        text is None
        or len(spoken) < limit
        or Channel.AGENT in (*(s.channel for s in spoken), *(s.channel for s in state.speaking))
    ):
        return None
    earlier = state.spoken[-limit - 1 : -limit]
    if earlier and earlier[0].channel is Channel.CUSTOMER:  # noticed when the row reached the limit
        return None
    since = spoken[0].span.start
    if any(noticed.rule == "no_backchannel" and noticed.since == since for noticed in state.behaviours):
        return None  # texts of the row that come late
    return since, Evidence(why=f"客户连说 {limit} 句，没有回应", utterance=text.utterance)


def _talks_too_much(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """The agent has most of the talk, once there has been enough of it to tell."""
    if not (isinstance(event, SpeechEnded) and event.channel is Channel.AGENT):
        return None
    agent = state.speech(Channel.AGENT)
    both = agent + state.speech(Channel.CUSTOMER)
    if both < limits.talk_share_after_seconds * RATE or agent < limits.talk_share * both:
        return None
    return event.span.start, Evidence(why=f"客服说了 {agent / both:.0%}，听得太少", measure="talk_ratio")


def _question_pileup(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """Several questions in one breath."""
    text = _final(event, Channel.AGENT)
    if text is None or (asked := text.text.count("？") + text.text.count("?")) < limits.question_pileup:
        return None
    return text.span.start, Evidence(why=f"一口气问了 {asked} 个问题", utterance=text.utterance)


def _promise_without_deadline(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    if not isinstance(event, CommitmentMade) or event.promise.deadline is not None:
        return None
    return event.at, Evidence(why="承诺没有说到什么时候", utterance=event.utterance)


def _early_apology(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """A customer wants to leave and the first answer is an apology."""
    text = _final(event, Channel.AGENT)
    if text is None or state.scene != "churn_inbound" or not state.signalled(text.utterance, "act", "apology"):
        return None
    if any(step.startswith(_CONFIRMING) for step in state.steps_done) or state.latest("intent") is None:
        return None
    return text.span.start, Evidence(why="客户一说要走就道歉，还没弄清原因", utterance=text.utterance)


def _no_empathy(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """The customer is angry and the answer passes over it."""
    text = _final(event, Channel.AGENT)
    said = [final.utterance for final in state.finals if final.channel is Channel.CUSTOMER]
    if text is None or not said or not state.signalled(said[-1], "emotion", "angry"):
        return None
    if any(
        heard.signal.utterance == text.utterance
        and heard.signal.label.startswith(("handle_emotion.", "neutral_response."))
        for heard in state.signals
    ):
        return None
    return text.span.start, Evidence(why="客户已经生气，回答里没有先安抚", utterance=text.utterance)


def _no_reason_confirmed(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """An offer was made before the reason for leaving was confirmed."""
    if not isinstance(event, StageEntered) or event.stage not in _OFFERS:
        return None
    missing = [step for step in event.missing if step.startswith(_CONFIRMING)]
    if not missing or any(step.startswith(_CONFIRMING) for step in event.done):
        return None
    return event.at, Evidence(why="还没确认原因就给了方案", measure=missing[0])


def _pitch_before_discovery(event: CallEvent, state: CallState, limits: Thresholds) -> Noticed:
    """We called, and an offer was made before asking how the customer uses the service."""
    if not isinstance(event, StageEntered) or event.stage != "propose":
        return None
    if any(step.startswith("gather_info") for step in event.done):
        return None
    return event.at, Evidence(why="还没了解使用情况就推介", measure="gather_info")


@dataclass(frozen=True, slots=True)
class _Named:
    look: Rule
    once: bool


RULES: Mapping[str, _Named] = {
    "interrupts": _Named(_interrupts, once=False),
    "monologue": _Named(_monologue, once=False),
    "no_backchannel": _Named(_no_backchannel, once=False),
    "talks_too_much": _Named(_talks_too_much, once=True),
    "question_pileup": _Named(_question_pileup, once=False),
    "promise_without_deadline": _Named(_promise_without_deadline, once=False),
    "early_apology": _Named(_early_apology, once=True),
    "no_empathy": _Named(_no_empathy, once=True),
    "no_reason_confirmed": _Named(_no_reason_confirmed, once=True),
    "pitch_before_discovery": _Named(_pitch_before_discovery, once=True),
}


class Behaviours:
    """Runs the rules, and notices required steps that were passed over."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        for name, rule in RULES.items():
            if (rule.once and _already(state, name)) or not self._applies(name, state):
                continue
            found = rule.look(event, state, self._playbook.thresholds)
            if found is not None:
                yield BehaviourNoticed(at=state.at, rule=name, since=found[0], evidence=(found[1],))
        if isinstance(event, StageEntered):
            yield from self._passed_over(event, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def at_the_end(self, state: CallState) -> Iterator[CallEvent]:
        """What was never said; asked when the call is over. A call without a word has nothing to be missed."""
        if state.finals:
            yield from self._missed(self._steps(state), state)

    def _passed_over(self, entered: StageEntered, state: CallState) -> Iterator[CallEvent]:
        """Steps of earlier stages that were not heard; only of a stage that the call has really left."""
        model = self._playbook.model_for(state.scene)
        if not state.finals or model.stage(entered.stage) is None:
            return
        reached = model.order(entered.stage)
        yield from self._missed([s for s in self._steps(state) if model.order(s.id.split(".")[0]) < reached], state)

    def _missed(self, steps: Iterable[Step], state: CallState) -> Iterator[CallEvent]:
        seen = {noticed.rule for noticed in state.behaviours}
        for step in steps:
            if step.missed is None or step.missed in seen or not self._applies(step.missed, state):
                continue
            if step.id not in state.steps_done:
                seen.add(step.missed)
                why = Evidence(why=f"没有听到「{step.title.zh}」", measure=step.id)
                yield BehaviourNoticed(at=state.at, rule=step.missed, since=state.at, evidence=(why,))

    def _applies(self, rule: str, state: CallState) -> bool:
        scene = self._playbook.scenes.get(state.scene or "")
        return rule not in _WE_CALLED or (scene is not None and scene.placed_by_us)

    def _steps(self, state: CallState) -> list[Step]:
        stages = self._playbook.model_for(state.scene).stages
        return [step for stage in stages if not stage.off_call for step in stage.steps]


def _final(event: CallEvent, channel: Channel) -> Transcript | None:
    """The text of an event that is a final text of this channel."""
    if isinstance(event, Transcribed) and event.transcript.final and event.transcript.channel is channel:
        return event.transcript
    return None


def _already(state: CallState, rule: str) -> bool:
    return any(noticed.rule == rule for noticed in state.behaviours)
