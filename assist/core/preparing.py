"""What to have ready before the first word: the playbook's preparation list for this scene and this customer."""

from collections.abc import Iterable, Iterator

from assist.core.cards import PreparationItem
from assist.core.conditions import within
from assist.core.events import CallEvent, CallStarted, Prepared, SceneChanged, ToPrepare
from assist.core.playbook import Playbook
from assist.core.state import CallState
from assist.core.wording import fill

_BEFORE_THE_MATTER = (None, "prepare", "greeting")


class Preparing:
    """Lays out the list when the call begins, and again when the scene turns out to be another before the matter is reached."""

    def __init__(self, playbook: Playbook) -> None:
        self._items = playbook.preparation

    def react(self, event: CallEvent, state: CallState) -> Iterator[CallEvent]:
        changed = isinstance(event, SceneChanged) and state.stage in _BEFORE_THE_MATTER
        if isinstance(event, CallStarted) or changed:
            items = tuple(self._for(state))
            if items:
                yield Prepared(at=state.at, items=items)

    def deadline(self, state: CallState) -> int | None:
        return None

    def due(self, now: int, state: CallState) -> Iterable[CallEvent]:
        return ()

    def _for(self, state: CallState) -> Iterator[ToPrepare]:
        known = state.customer.slots()
        for item in self._items:
            text = fill(item.text, known)
            if text and _meant(item, state):  # a line without its facts may be empty
                yield ToPrepare(item.id, item.title, text, item.sources[0])


def _meant(item: PreparationItem, state: CallState) -> bool:
    return (not item.scenes or state.scene in item.scenes) and within(item.months, state.customer.months)
