"""What is known of the customer before the call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SLOTS = ("name", "surname", "plan", "fee", "months", "months_left", "points", "handset", "usage", "arrears", "issue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Facts of one customer; None is not known. `fee` is yuan a month, `months` how long the contract has run."""

    surname: str | None = None
    title: str | None = None  # 先生, 女士
    plan: str | None = None
    fee: float | None = None
    months: int | None = None
    contract_months: int | None = None  # of the whole contract
    points: int | None = None
    handset: str | None = None
    usage: str | None = None  # in words
    arrears: float | None = None  # yuan
    issue: str | None = None  # what is open, in words
    history: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """How to address them, as in 王先生; None without a surname and a title."""
        return self.surname + self.title if self.surname and self.title else None

    def known(self) -> tuple[str, ...]:
        """Words that the recogniser may expect to hear."""
        return tuple(word for word in (self.name, self.plan, self.handset) if word)

    def slots(self) -> Mapping[str, str]:
        """What lines can be filled with, by slot; see `SLOTS`."""
        return dict(self._slots())

    def _slots(self) -> Iterator[tuple[str, str]]:
        left = None if self.months is None or self.contract_months is None else self.contract_months - self.months
        found = {
            "name": self.name,
            "surname": self.surname,
            "plan": self.plan,
            "fee": None if self.fee is None else f"{self.fee:g}",
            "months": None if self.months is None else str(self.months),
            "months_left": None if left is None or left < 0 else str(left),
            "points": None if self.points is None else str(self.points),
            "handset": self.handset,
            "usage": self.usage,
            "arrears": None if self.arrears is None else f"{self.arrears:g}",
            "issue": self.issue,
        }
        yield from ((slot, text) for slot, text in found.items() if text)
