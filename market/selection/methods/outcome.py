"""What a selection method is given and what it answers: plain values, no database and no web."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from market.catalogue.rules import Payer
from market.selection.rules import Method


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """One valid quote (or marked price), as far as a decision may look at it. The total is in fen."""

    agency_id: int
    agency: str
    total_fen: int
    submitted_at: datetime
    promised_days: int


@dataclass(frozen=True, slots=True)
class Given:
    """What the owner says at the choice; a method that decides by itself reads nothing of it.

    `seen_fen` is the total the owner agreed to: a price that changed meanwhile is not silently another price.
    `ranking` are the agencies as a draw ranked them, the first `refused` of which have given their award up.
    """

    agency_id: int | None = None
    seen_fen: int | None = None
    ranking: tuple[int, ...] = ()
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of the reasons: its registered code and the facts that fill it (texts and numbers only)."""

    code: str
    facts: dict[str, str | int] = field(default_factory=dict)

    def row(self) -> dict[str, object]:
        """The reason as an award stores it."""
        return {"code": self.code, **self.facts}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The winner, every quote in the order of the method (best first), and why; no winner means that it failed."""

    winner: QuoteFacts | None
    order: tuple[QuoteFacts, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class SelectionMethod:
    """A method as its differences from the others.

    `takes_quotes`: agencies send sealed quotes; otherwise their marked prices stand. `needs_deadline`: the decision
    waits for the end of quoting. `payers`: who may use it. `decide` is pure: same quotes, same outcome.
    `draws`: agencies sign up at their marked prices, and a draw by the clock decides among them.
    """

    code: Method
    takes_quotes: bool
    needs_deadline: bool
    payers: frozenset[Payer]
    decide: Callable[[Sequence[QuoteFacts], Given], Outcome]
    draws: bool = False
