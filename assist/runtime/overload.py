"""Whether the recogniser keeps up with a call that is heard in real time, and since when it does again."""

from dataclasses import dataclass

from assist.core.events import Backlog
from assist.core.spans import RATE, from_seconds


@dataclass(frozen=True, slots=True)
class OverloadRules:
    """When a call counts as behind, in seconds. The gap between the two limits and the calm time keep it from flapping."""

    behind: float = 1.0  # from this lag on
    caught_up: float = 0.3  # below this lag,
    calm: float = 5.0  # for so much of the call


class Overload:
    """Behind or not. While it is, plain partials are left out, and the session, told by `Backlog`, asks for fewer."""

    def __init__(self, rules: OverloadRules) -> None:
        self._rules = rules
        self._calm_since: int | None = None
        self.behind = False
        self.shed = 0  # partials left out since the call began

    def judge(self, at: int, lag: float, jobs: int) -> Backlog | None:
        """What there is to tell at `at` samples of the call, `lag` seconds late with `jobs` texts waiting; mostly nothing."""
        if not self.behind:
            if lag <= self._rules.behind:
                return None
            self.behind, self._calm_since = True, None
            return Backlog(at=at, lag=from_seconds(lag), jobs=jobs, shed=self.shed)
        if lag >= self._rules.caught_up:
            self._calm_since = None
            return None
        if self._calm_since is None:
            self._calm_since = at
        if at - self._calm_since < self._rules.calm * RATE:
            return None
        self.behind = False
        return Backlog(at=at, lag=0, jobs=0, shed=self.shed)
