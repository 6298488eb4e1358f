"""Finds out which kind of call this is, in the first minute, when nobody has said so; whoever knows better sets it by hand.

Each scene of the playbook has words that speak for it. What was heard is added up; the scene that leads is believed when its
share of all that speaks for any scene is large enough, and the more was heard, the larger that share may become.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from assist.core.events import CallEvent, Evidence, SceneChanged, Signal, Signalled
from assist.core.playbook import Playbook, Thresholds
from assist.core.spans import from_seconds
from assist.core.state import CallState

SIGNAL = "scene"
_DOUBT = 0.5  # weight of what was not heard yet
_MOST_EVIDENCE = 3


class SceneInference:
    """Reacts to what classifiers heard of scenes."""

    def __init__(self, playbook: Playbook) -> None:
        self._limits = playbook.thresholds

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        match event:
            case Signalled(signal=Signal(signal=signal)) if signal == SIGNAL and is_open(state, self._limits):
                yield from self._inferred(state)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _inferred(self, state: CallState) -> Iterator[SceneChanged]:
        heard: dict[str, float] = defaultdict(float)
        why: dict[str, list[Evidence]] = defaultdict(list)
        for signal in (one.signal for one in state.signals if one.signal.signal == SIGNAL):
            heard[signal.label] += signal.score
            why[signal.label] += signal.evidence
        scene = max(sorted(heard), key=lambda one: heard[one])
        score = round(heard[scene] / (sum(heard.values()) + _DOUBT), 3)
        if score >= self._limits.scene_score and scene != state.scene:
            because = tuple(why[scene][-_MOST_EVIDENCE:])
            yield SceneChanged(at=state.at, scene=scene, by="inferred", score=score, because=because)


def is_open(state: CallState, limits: Thresholds) -> bool:
    """Whether the scene is still to be found out: not told at the start, not set by hand, and not too late."""
    told = state.started is not None and state.started.scene is not None
    by_hand = state.scene_change is not None and state.scene_change.by == "hand"
    return not told and not by_hand and state.at <= from_seconds(limits.scene_seconds)
