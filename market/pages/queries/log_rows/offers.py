"""Marked prices: their acts are on the agency's and the service's name, and say in the private part which row it is.

A price that was carried over into a new edition begins without an act of its own: what became of every price is bound
by the digest in the settlement's one act, and which of them went on paused stands in the acts of carrying on.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from market.agencies.models import Agency, CarryOver, Offer
from market.agencies.queries.succession import settled_at
from market.agencies.rules import OFFER, OfferState, Succession
from market.base.words import N_, register_sentences
from market.catalogue.models import Edition, Entry
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, in_log_only, unlawful, unlike
from market.store.db import db

_PART = 10_000
_BEGINS = ("offer.mark", "offer.go_on")
_MOVES = {"offer.pause": "pause", "offer.resume": "resume", "offer.withdraw": "withdraw"}
_IN_FORCE, _PAUSED, _WITHDRAWN = (str(one) for one in (OfferState.IN_FORCE, OfferState.PAUSED, OfferState.WITHDRAWN))
_GOES_ON = frozenset({_IN_FORCE, _PAUSED})


class _Price(NamedTuple):
    """A price as the log tells it; no state where only a lost private part knew whether it is paused."""

    state: str | None
    withdrawn_at: datetime | None = None
    ends_at: datetime | None = None


# One value for nearly all of a million prices.
_FRESH = _Price(_IN_FORCE)


@dataclass(slots=True)
class _Said:
    """Prices by their key; which were carried over paused; names with an act that lost which price it is about."""

    prices: dict[int, _Price] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    pauses_lost: bool = False
    blurred: set[str] = field(default_factory=set)
    wrong: list[Finding] = field(default_factory=list)

    def price(self, offer_id: int) -> _Price:
        """The price as far as the log was played; a carried one begins here."""
        known = self.prices.get(offer_id)
        if known is not None:
            return known
        if offer_id in self.paused:
            return _Price(_PAUSED)
        return _Price(None) if self.pauses_lost else _FRESH

    def play(self, act: Act) -> None:
        """Play one act on a price's name."""
        told = act.payload or {}
        if "offer" not in told:
            self.blurred.add(act.obj)
            return
        if act.act in _MOVES:
            self._move(told["offer"], _MOVES[act.act], act)
            return
        if told["offer"] in self.prices:
            self.wrong.append(unlawful(_thing(act.obj, told["offer"]), act.act, self.prices[told["offer"]].state or ""))
        self.prices[told["offer"]] = _FRESH
        for offer_id in told.get("withdrawn", ()):
            self._move(offer_id, "withdraw", act)
        for offer_id in told.get("ended", ()):
            ends_at = datetime.fromisoformat(told["effective_from"]).astimezone(UTC)
            self.prices[offer_id] = self.price(offer_id)._replace(ends_at=ends_at)

    def _move(self, offer_id: int, event: str, act: Act) -> None:
        price = self.price(offer_id)
        if price.state is not None and not OFFER.allows(price.state, event):
            if act.obj not in self.blurred:
                self.wrong.append(unlawful(_thing(act.obj, offer_id), act.act, price.state))
            if price.state == _WITHDRAWN:
                return
        target = str(next(move.target for move in OFFER.moves if move.event == event))
        self.prices[offer_id] = price._replace(state=target, withdrawn_at=act.t if target == _WITHDRAWN else None)


def differing_offers() -> Iterator[Finding]:
    """Marked prices that are not what their acts lead to. Four queries, and two for each settlement of an edition."""
    said = _Said()
    for act in of_acts(("offer.carry_on",)):
        said.pauses_lost |= act.payload is None
        said.paused.update((act.payload or {}).get("paused", ()))
    for act in of_acts((*_BEGINS, *_MOVES)):
        said.play(act)
    yield from said.wrong
    yield from _rows(said)
    yield from _settlements()


def _rows(said: _Said) -> Iterator[Finding]:
    # A price is carried from an older row, which is read before it; few have an end.
    ends: dict[int, datetime] = {}
    left = set(said.prices)
    query = (
        select(
            Offer.id, Offer.state, Offer.withdrawn_at, Offer.ends_at, Offer.carried_from, Agency.ref, Entry.code,
            CarryOver.outcome,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Entry, Entry.id == Offer.entry_id)
        .outerjoin(CarryOver, CarryOver.offer_id == Offer.carried_from)
        .order_by(Offer.id)
    )  # fmt: skip
    for row in db.session.execute(query).yield_per(_PART):
        left.discard(row.id)
        price = said.price(row.id)
        ends_at = price.ends_at or (ends.get(row.carried_from) if row.carried_from else None)
        if ends_at is not None:
            ends[row.id] = ends_at
        is_told = row.id in said.prices if row.carried_from is None else row.outcome == Succession.CARRIED
        if not is_told or (row.state, row.withdrawn_at, row.ends_at) != (price.state, price.withdrawn_at, ends_at):
            yield from _unlike(said, row, (price._replace(ends_at=ends_at), is_told))
    for offer_id in sorted(left):
        yield in_log_only(Thing(f"offer {offer_id}", OFFER.name), said.prices[offer_id].state or UNKNOWN)


def _unlike(said: _Said, row: Row[*tuple[Any, ...]], told: tuple[_Price, bool]) -> Iterator[Finding]:
    price, is_told = told
    obj, columns = f"offer/{row.ref}/{row.code}", price._asdict()
    if obj in said.blurred:
        # Whatever was lost, a withdrawn price stays withdrawn.
        if price.state != _WITHDRAWN:
            return
        columns["ends_at"], is_told = UNKNOWN, True
    if price.state is None:
        columns["state"] = _GOES_ON
    is_ = {name: getattr(row, name) for name in _Price._fields}
    yield from unlike(_thing(obj, row.id), is_, columns if is_told else None)


def _settlements() -> Iterator[Finding]:
    """Settlements whose outcomes are not those that were written down."""
    for act in of_acts(("offer.carry_over",)):
        if act.payload is None:
            continue
        edition = db.session.scalar(select(Edition).where(Edition.number == act.payload["edition"]))
        digest = hashlib.sha256()
        for offer, outcome in settled_at(edition, act.t) if edition else ():
            digest.update(f"{offer}:{outcome}\n".encode())
        if digest.hexdigest() != act.payload["sha256"]:
            yield Finding("finding.settled_otherwise", {"obj": act.obj, "at": act.t})


def _thing(obj: str, offer_id: int) -> Thing:
    return Thing(f"{obj}: offer {offer_id}", OFFER.name)


register_sentences(
    {"finding.settled_otherwise": N_("{obj}: the outcomes settled at {at} are not those that the log says")}
)
