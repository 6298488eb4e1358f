"""Follows the call model: which stage the call has reached, what has been done, what is still missing.

The model's order is the path to expect, not a cage. What the agent says speaks loudest; whether it is a question, and what the
customer said just before (an objection, anger, a question about the offer), tells what kind of turn it is; the path decides
between what is left. An interlude (an objection handled in the middle) may come at any time.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from assist.core.events import (
    CallEvent,
    CallStarted,
    Channel,
    Evidence,
    SceneChanged,
    StageEntered,
    Transcribed,
    Transcript,
)
from assist.core.playbook import Model, Playbook, Stage
from assist.core.state import CallState

# What speaks for a stage: the first step heard, each further one, words that enter it, a promise that the agent makes.
_STEP, _FURTHER, _ENTER, _PROMISE = 1.0, 0.4, 0.7, 0.4
# A question looks for information, a statement hardly does.
_QUESTION, _NO_QUESTION = 0.8, 0.4
# After questions, a longer statement that names no stage goes on along the path.
_ONWARD, _AT_LENGTH = 0.3, 12
# What the customer said before: asked for it, objected, was angry or upset, said more than a word of consent.
_WISH, _OBJECTION, _FEELING, _UNHEARD = 0.55, 0.5, {"angry": 0.45, "upset": 0.3}, 0.3
# How much the path speaks for a stage: staying (a turn in two parts more so), the next one, skipping one, and each one more,
# going back, an interlude.
_STAY, _GO_ON, _NEXT, _SKIP, _FARTHER, _BACK, _AT_ANY_TIME = 0.3, 0.5, 0.35, 0.15, 0.05, 0.0, 0.25
_BACKCHANNEL = 4  # characters; a word or two in between answers nothing
_FEW_WORDS = 14  # characters; so short an answer objects to nothing, a longer one may do so in words nobody listed

_OPENING, _FEELS, _ANSWERS, _ASKED, _ENDS = (
    "greeting",
    "handle_emotion",
    "neutral_response",
    "check_acceptance",
    "closing",
)
_DONE = "agree"
_FINDS_OUT = ("gather_info", "confirm_reason")
_OFFERS = ("propose", "second_offer")
_RECAP = f"{_ENDS}.recap"
# Where a call goes on when the stage it is in has no place in the model of its new scene, nearest first.
_NEAR = {
    "confirm_reason": ("gather_info",),
    "gather_info": ("confirm_reason",),
    "analyse": ("gather_info", "confirm_reason"),
    "check_acceptance": ("propose",),
    "second_offer": ("propose",),
    "agree": ("check_acceptance", "propose"),
}


@dataclass(slots=True)
class _Vote:
    """What speaks for one stage in one utterance."""

    weight: float = 0.0
    steps: int = 0
    named: bool = False  # in so many words: what enters the stage, or its first step
    because: list[Evidence] = field(default_factory=list)

    def add(self, weight: float, because: Iterable[Evidence] = ()) -> None:
        self.weight += weight
        self.because += because


class _Votes(dict[str, _Vote]):
    def __missing__(self, stage_id: str) -> _Vote:
        return self.setdefault(stage_id, _Vote())

    def any_of(self, stages: Iterable[str]) -> bool:
        return any(stage in self for stage in stages)


class StageTracker:
    """Enters stages on what is heard."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if isinstance(event, CallStarted):
            model = self._playbook.model_for(event.scene, event.call_model)
            yield _entered(model, _first(model), state, ())
        elif isinstance(event, SceneChanged):
            model = self._playbook.model_for(state.scene, state.call_model)
            if state.stages and model.id != state.stages[-1].model:
                yield _entered(model, self._nearest(model, state.stages[-1].stage), state, event.because)
        elif isinstance(event, Transcribed) and event.transcript.final and event.transcript.channel is Channel.AGENT:
            yield from self._heard(event.transcript, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _heard(self, text: Transcript, state: CallState) -> Iterator[CallEvent]:
        """The stage that most speaks for; where two are level, the later one: an answer comes before what it leads to."""
        model = self._playbook.model_for(state.scene, state.call_model)
        before = _since_the_agent(text, state)
        votes = _said(text.utterance, state, [stage.steps[0].id for stage in model.stages if stage.steps])
        if not votes and len(text.text) <= _BACKCHANNEL:
            return
        been = {entered.stage for entered in state.stages}
        self._lead_to_what_is_due(model, votes, been)
        _weigh_what_repeats(votes, text, state, been)
        _weigh_the_question(votes, text, state)
        _weigh_the_promise(votes, text, state, been)
        _add_what_went_before(votes, text, before, state, been)
        if not votes:
            _add_what_comes_next(votes, text, model, state)
        self._lead_to_what_is_due(model, votes, been)
        stay = _STAY if before else _GO_ON
        best: tuple[tuple[float, int], Stage] | None = None
        for stage_id, vote in votes.items():
            stage = self._stage(model, stage_id)
            if stage is not None:
                place = model.order(stage.id) if model.stage(stage.id) else -1
                path = stay if stage.id == state.stage else _path(model, stage, state)
                weight = (vote.weight + path, place)
                if best is None or weight > best[0]:
                    best = (weight, stage)
        if best is not None and best[1].id != state.stage and best[0][0] > stay:
            yield _entered(model, best[1], state, tuple(votes[best[1].id].because))

    def _lead_to_what_is_due(self, model: Model, votes: _Votes, been: Collection[str]) -> None:
        """A second offer without a first is the first, and so is asking whether something suits before anything was offered.

        A model that begins with feelings takes the first answer as that.
        """
        for stage_id in list(votes):
            stage, instead = self._stage(model, stage_id), stage_id
            if stage is not None and stage.after and not _any(stage.after, been):
                instead = stage.after[0]
            elif stage_id == _ASKED and model.stage(_OFFERS[0]) is not None and not _any(_OFFERS, been):
                instead = _OFFERS[0] if votes[_ASKED].steps else ""
            elif stage_id == _ANSWERS and model.stage(_ANSWERS) is None and _FEELS not in been:
                own = model.stage(_FEELS)
                instead = stage_id if own is None or own.optional or own.interlude else _FEELS
            if instead != stage_id:
                vote = votes.pop(stage_id)
                if instead:
                    votes[instead].weight = max(votes[instead].weight, vote.weight)
                    votes[instead].because += vote.because

    def _stage(self, model: Model, stage_id: str) -> Stage | None:
        """A stage of the model that happens on the call, or one that another model lends to every call."""
        own = model.stage(stage_id)
        if own is not None:
            return None if own.off_call else own
        return next((lent for lent in self._playbook.interludes if lent.id == stage_id), None)

    def _nearest(self, model: Model, stage_id: str) -> Stage:
        """Where a call that was in a stage of another model stands in this one."""
        near = (self._stage(model, near_id) for near_id in (stage_id, *_NEAR.get(stage_id, ())))
        return next((stage for stage in near if stage is not None), _first(model))


def _first(model: Model) -> Stage:
    return next(stage for stage in model.stages if not (stage.off_call or stage.interlude))


def _entered(model: Model, stage: Stage, state: CallState, because: tuple[Evidence, ...]) -> StageEntered:
    missing = []
    if model.stage(stage.id) is not None:
        for earlier in model.stages[: model.order(stage.id) + 1]:
            skipped = earlier.off_call or (earlier.optional and earlier.id != stage.id)
            missing += [s.id for s in earlier.steps if s.required and not skipped and s.id not in state.steps_done]
    return StageEntered(
        at=state.at, model=model.id, stage=stage.id, done=state.steps_done, missing=tuple(missing), because=because
    )


def _path(model: Model, stage: Stage, state: CallState) -> float:
    """How likely it is to go to another stage from where the call is on the model's own path."""
    if stage.interlude or model.stage(stage.id) is None:
        return _AT_ANY_TIME
    here = next((s.stage for s in reversed(state.stages) if model.stage(s.stage) is not None), None)
    if here is None:
        return _SKIP
    place, there = model.order(here), model.order(stage.id)
    if there <= place:  # back to where it was before an interlude, or further back
        return _STAY if there == place else _BACK
    over = sum(not between.optional for between in model.stages[place + 1 : there])
    return max(_BACK, _SKIP - _FARTHER * (over - 1)) if over else _NEXT


def _any(stages: Iterable[str], been: Collection[str]) -> bool:
    return any(stage in been for stage in stages)


def _since_the_agent(text: Transcript, state: CallState) -> list[Transcript]:
    """What the customer has said since the agent last said more than a word or two, newest first."""
    said = []
    for earlier in reversed(state.finals):
        if earlier.channel is Channel.CUSTOMER:
            said.append(earlier)
        elif earlier.utterance != text.utterance and len(earlier.text) > _BACKCHANNEL:
            break
    return said


def _asks(text: str) -> bool:
    return text.rstrip().endswith(("？", "?"))


def _states(text: str) -> bool:
    """Whether it is no question; nothing is known of a text without punctuation."""
    return not _asks(text) and any(mark in text for mark in "，。！,!")


def _said(utterance: str, state: CallState, first_steps: Collection[str]) -> _Votes:
    votes = _Votes()
    for heard in state.signals:
        signal = heard.signal
        if signal.utterance == utterance and signal.signal in ("step", "stage"):
            vote = votes[signal.label.split(".")[0]]
            enters = signal.signal == "stage"
            vote.add(signal.score * (_ENTER if enters else _FURTHER if vote.steps else _STEP), signal.evidence)
            vote.steps += not enters
            vote.named |= enters or signal.label in first_steps
    return votes


def _weigh_what_repeats(votes: _Votes, text: Transcript, state: CallState, been: Collection[str]) -> None:
    """A call is opened once; another offer is a second one, not a new first; an order and a summary repeat what was offered;
    an offer may end by asking whether it suits.
    """
    if _OPENING in votes and _OPENING in been and state.stage != _OPENING:
        votes[_OPENING].weight /= 4
    if _OFFERS[1] in votes and _OFFERS[0] in votes and _OFFERS[0] in been:
        votes[_OFFERS[0]].weight /= 2
    if _DONE in votes and votes[_DONE].steps and _any(_OFFERS, been):
        for stage in _OFFERS:
            votes[stage].weight /= 2
    if _ASKED in votes and votes.any_of(_OFFERS):
        votes[_ASKED].weight /= 2
    if state.signalled(text.utterance, "step", _RECAP) and (votes[_ENDS].steps > 1 or _any(_OFFERS, been)):
        for stage, vote in votes.items():
            vote.weight /= 1 if stage == _ENDS else 2


def _weigh_the_question(votes: _Votes, text: Transcript, state: CallState) -> None:
    """Who asks finds out, unless it is an offer, the opening or the end that is put as a question."""
    finding = [stage for stage in _FINDS_OUT if stage in votes]
    if _states(text.text):
        for stage in finding:
            votes[stage].weight *= _NO_QUESTION
    answered = any(earlier.channel is Channel.CUSTOMER for earlier in state.finals)
    if not _asks(text.text) or not answered or votes.any_of((*_OFFERS, _OPENING, _ENDS)):
        return
    if _ASKED not in votes or not votes[_ASKED].steps or any(votes[stage].steps for stage in finding):
        for stage in finding or _FINDS_OUT[:1]:
            votes[stage].add(_QUESTION)


def _weigh_the_promise(votes: _Votes, text: Transcript, state: CallState, been: Collection[str]) -> None:
    """Who promises something proposes it; once there is an offer, what does not name a new one may as well end the call."""
    if any(made.utterance == text.utterance for made in state.commitments):
        votes[_OFFERS[0]].add(_PROMISE)
    offer = votes.get(_OFFERS[0])
    if offer is not None and not offer.named and _any(_OFFERS, been) and _states(text.text):
        offer.weight /= 2
        votes[_ENDS].add(offer.weight, offer.because)


def _add_what_went_before(
    votes: _Votes, text: Transcript, before: list[Transcript], state: CallState, been: Collection[str]
) -> None:
    """What the customer said tells what kind of answer to expect."""
    utterances = [earlier.utterance for earlier in before]
    for objection in state.objections:
        if objection.utterance in utterances:
            votes[_ANSWERS].add(_OBJECTION, objection.evidence)
            break
    offered = _any(_OFFERS, been)
    wished: dict[str, Iterable[Evidence]] = {}
    for heard in state.signals:
        signal = heard.signal
        if signal.utterance not in utterances:
            continue
        if signal.signal == "emotion" and signal.label in _FEELING:
            votes[_FEELS].add(_FEELING[signal.label], signal.evidence)
        elif signal.signal == "step":
            wished.setdefault(signal.label.split(".")[0], signal.evidence)
    if any(_asks(earlier.text) for earlier in before):
        wished.setdefault(_ASKED, ())
    if not offered:  # nothing yet to be asked about or to be done with
        wished = {stage: evidence for stage, evidence in wished.items() if stage not in (_ASKED, _ENDS)}
    for stage, evidence in wished.items():
        votes[stage].add(_WISH, evidence)
    offer = votes.get(_OFFERS[0])
    if _ASKED in wished and offer is not None and not offer.named:  # the offer is explained, not made
        votes[_ASKED].add(offer.weight, offer.because)
        offer.weight /= 2
    said_more = any(len(earlier.text) > _FEW_WORDS for earlier in before)
    known = wished or offer is not None or votes.any_of((_ANSWERS, _FEELS))
    if offered and said_more and not known and _states(text.text):
        votes[_ANSWERS].add(_UNHEARD)


def _add_what_comes_next(votes: _Votes, text: Transcript, model: Model, state: CallState) -> None:
    """Once it states something at length, the agent has done with asking, whatever the words."""
    stage = model.stage(state.stage or "")
    if stage is None or stage.id not in _FINDS_OUT or len(text.text) < _AT_LENGTH or not _states(text.text):
        return
    later = (one for one in model.stages[model.order(stage.id) + 1 :] if not (one.optional or one.off_call))
    for following in later:
        votes[following.id].add(_ONWARD)
        break
