"""What a change of a playbook would have done to calls that were: cues added, removed and moved."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assist.core.events import CallEvent, Cue, CueShown, Transcribed
from assist.core.spans import RATE

MOVED_SECONDS = 0.5
_SAME_SECONDS = 15.0  # further apart, two cues of an entry are not one that moved


@dataclass(frozen=True, slots=True)
class Shown:
    """A cue that came in a call; `seconds` since its start, `sentence` is what set it off, empty for time and silence."""

    entry: str
    title: str
    say: str
    seconds: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `before` is missing for an added cue, `after` for a removed one."""

    kind: str  # added, removed, moved, reworded
    before: Shown | None
    after: Shown | None

    @property
    def shown(self) -> Shown:
        """The cue as it comes now, or as it came."""
        shown = self.after or self.before
        assert shown is not None
        return shown


def cues(events: Iterable[CallEvent]) -> list[Shown]:
    """The cues of a call, in the order in which they came."""
    texts: dict[str, str] = {}
    found: list[Shown] = []
    for event in events:
        if isinstance(event, Transcribed) and event.transcript.final:
            texts[event.transcript.utterance] = event.transcript.text
        elif isinstance(event, CueShown):
            cue = event.cue
            found.append(Shown(cue.entry, cue.title, cue.say, event.at / RATE, _sentence(cue, texts)))
    return found


def changes(before: Sequence[Shown], after: Sequence[Shown]) -> list[Change]:
    """What is different, by time. Cues of one entry are taken for the same one when they are nearest to each other."""
    found: list[Change] = []
    for entry in dict.fromkeys(shown.entry for shown in (*before, *after)):
        old = [shown for shown in before if shown.entry == entry]
        new = [shown for shown in after if shown.entry == entry]
        for one, other in list(_pairs(old, new)):
            old.remove(one)
            new.remove(other)
            if abs(one.seconds - other.seconds) > MOVED_SECONDS:
                found.append(Change("moved", one, other))
            elif (one.title, one.say) != (other.title, other.say):
                found.append(Change("reworded", one, other))
        found += [Change("removed", one, None) for one in old]
        found += [Change("added", None, other) for other in new]
    return sorted(found, key=lambda change: change.shown.seconds)


def totals(found: Iterable[Change]) -> dict[str, Counter[str]]:
    """How often each kind of change befell each entry, the most changed first."""
    counted: dict[str, Counter[str]] = {}
    for change in found:
        counted.setdefault(change.shown.entry, Counter())[change.kind] += 1
    return dict(sorted(counted.items(), key=lambda item: (-item[1].total(), item[0])))


def _pairs(old: Sequence[Shown], new: Sequence[Shown]) -> Iterator[tuple[Shown, Shown]]:
    """Cues of one entry that belong together, nearest first; each in one pair at most."""
    apart = sorted((abs(one.seconds - other.seconds), i, j) for i, one in enumerate(old) for j, other in enumerate(new))
    left: set[int] = set()
    right: set[int] = set()
    for seconds, i, j in apart:
        if seconds <= _SAME_SECONDS and i not in left and j not in right:
            left.add(i)
            right.add(j)
            yield old[i], new[j]


def _sentence(cue: Cue, texts: dict[str, str]) -> str:
    said = [texts[why.utterance] for why in cue.because if why.utterance in texts]
    return said[-1] if said else ""
