"""Follows the call model: which stage the call has reached, what has been done, what is still missing.

The model's order is the path to expect, not a cage. Every step heard speaks for its stage; the path only decides between
stages that were both heard, and an interlude (an objection handled in the middle) may come at any time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from assist.core.events import CallEvent, CallStarted, Evidence, StageEntered, Transcribed
from assist.core.playbook import Model, Playbook, Stage
from assist.core.state import CallState

# How much the path speaks for a stage, against 1.0 for each step heard: the next one is the likeliest, going back the least.
_STAY, _NEXT, _SKIP, _BACK = 0.3, 0.5, 0.2, 0.0


class StageTracker:
    """Enters stages on what is heard."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        if isinstance(event, CallStarted):
            model = self._playbook.model_for(event.scene)
            first = next(stage for stage in model.stages if not (stage.off_call or stage.interlude))
            yield self._entered(model, first, state, ())
        elif isinstance(event, Transcribed) and event.transcript.final:
            yield from self._heard(event.transcript.utterance, state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _heard(self, utterance: str, state: CallState) -> Iterator[CallEvent]:
        model = self._playbook.model_for(state.scene)
        votes: Counter[str] = Counter()
        why: dict[str, list[Evidence]] = {}
        for heard in state.signals:
            signal = heard.signal
            if signal.utterance == utterance and signal.signal in ("step", "stage"):
                named = signal.label.split(".")[0]
                votes[named] += 1
                why.setdefault(named, []).extend(signal.evidence)
        best: tuple[tuple[float, int], Stage] | None = None
        for stage_id, count in votes.items():
            stage = self._stage(model, stage_id)
            if stage is not None and _may_enter(stage, state):
                # Heard equally often, the later stage says more about how far the call is: an answer comes before what it leads to.
                place = model.order(stage.id) if model.stage(stage.id) else -1
                weight = (count + self._path(model, state.stage, stage), place)
                if best is None or weight > best[0]:
                    best = (weight, stage)
        if best is not None and best[1].id != state.stage:
            yield self._entered(model, best[1], state, tuple(why[best[1].id]))

    def _stage(self, model: Model, stage_id: str) -> Stage | None:
        """A stage of the model, or one that another model lends to every call."""
        own = model.stage(stage_id)
        if own is not None:
            return own
        lent = (other.stage(stage_id) for other in self._playbook.models.values())
        return next((stage for stage in lent if stage is not None and stage.interlude), None)

    def _path(self, model: Model, current: str | None, stage: Stage) -> float:
        if model.stage(stage.id) is None or current is None or model.stage(current) is None:
            return _SKIP
        here, there = model.order(current), model.order(stage.id)
        between = [s for s in model.stages[here + 1 : there] if not s.optional]
        if there == here:
            return _STAY
        if there < here:
            return _BACK
        return _NEXT if not between else _SKIP

    def _entered(self, model: Model, stage: Stage, state: CallState, because: tuple[Evidence, ...]) -> StageEntered:
        missing = []
        if model.stage(stage.id) is not None:
            for earlier in model.stages[: model.order(stage.id) + 1]:
                skipped = earlier.off_call or (earlier.optional and earlier.id != stage.id)
                missing += [s.id for s in earlier.steps if s.required and not skipped and s.id not in state.steps_done]
        return StageEntered(
            at=state.at, model=model.id, stage=stage.id, done=state.steps_done, missing=tuple(missing), because=because
        )


def _may_enter(stage: Stage, state: CallState) -> bool:
    """A second offer, say, needs a first one."""
    return not stage.after or any(entered.stage in stage.after for entered in state.stages)
