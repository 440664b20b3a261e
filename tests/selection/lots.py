"""A merged request with its lots, for the tests of them, and what the database says to raw SQL."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from market.base.errors import Refusal
from market.selection import queries
from market.store.db import db
from market.store.transaction import constraint_name, transaction
from tests import make
from tests.selection import around
from tests.selection.test_basket import draft, grouped_services, put


@dataclass(frozen=True)
class Made:
    """A merged request of `lots`, and the services they are for."""

    ref: str
    buyer: make.Person
    services: tuple[make.Listed, ...]
    lots: tuple[str, ...]

    def act(self, deed: Callable[..., object], *given: object) -> object:
        """Do it as the owner does, under the lock."""
        with transaction(queries.merged_lock(self.ref)) as now:
            return deed(queries.merged_of(self.buyer.actor, self.ref), *given, actor=self.buyer.actor, now=now)

    def states(self) -> list[str]:
        """The lots' states in order."""
        return [queries.request_of(self.buyer.actor, lot).state for lot in self.lots]

    def lot(self, place: int) -> around.MadeRequest:
        """A lot as a request, by its place from 1."""
        found = queries.request_of(self.buyer.actor, self.lots[place - 1])
        return around.MadeRequest(found.ref, self.buyer.actor, tuple(line.id for line in found.lines))


def merged(count: int = 3, *, method: str = "direct", buyer: make.Person | None = None) -> Made:
    """Fill a basket with a group and draft it."""
    services, _alone = grouped_services(count)
    buyer = buyer or make.make_enterprise()
    put(buyer, *services, typed={service.fee_item_id: "10" for service in services})
    taken = draft(buyer, method=method)
    return Made(taken.merged[0], buyer, tuple(services), tuple(taken.done))


def refused(deed: Callable[[], object]) -> str:
    """The code of the refusal."""
    with pytest.raises(Refusal) as refusal:
        deed()
    return refusal.value.code


def by_sql(statement: object) -> str:
    """Run a statement that the database must refuse by itself; return the name of what refused."""
    with pytest.raises(DBAPIError) as error:
        db.session.execute(statement)  # type: ignore[call-overload]
    db.session.rollback()
    return constraint_name(error.value) or str(error.value.orig).lower()


def row_of(model: type, **where: object) -> dict[str, object]:
    """A stored row without its key."""
    row = dict(db.session.execute(select(model.__table__).filter_by(**where).limit(1)).mappings().one())
    return {name: value for name, value in row.items() if name != "id"}
