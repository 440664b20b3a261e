"""The figures of the home page, all counted from rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select

from market.agencies.models import Agency, Offer
from market.agencies.rules import AgencyState, OfferState
from market.catalogue.models import Band, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.catalogue.rules import Payer, Pricing
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.pages.queries.shelf import most_marked
from market.store.db import db

WINDOW = 6
"""How many tags stand in the shop window: most marked, priced by the list, free."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Admitted agencies, marked prices in force, median working days of `n` accepted contracts (None without)."""

    agencies: int
    offers: int
    n: int
    promised_days: int | None
    actual_days: int | None


def figures(edition_id: int) -> Figures:
    """Three queries, whatever the number of rows."""
    agencies = select(func.count()).select_from(Agency).where(Agency.state == AgencyState.ADMITTED).scalar_subquery()
    offers = (
        select(func.count())
        .select_from(Offer)
        .where(Offer.state == OfferState.IN_FORCE, Offer.edition_id == edition_id)
        .scalar_subquery()
    )
    counted = db.session.execute(select(agencies, offers)).one()
    promised, actual = (_median(db.session.execute(_by_days(column)).all()) for column in _DAYS)
    return Figures(int(counted[0]), int(counted[1]), promised[0], promised[1], actual[1])


_DAYS = (Contract.promised_days, Contract.actual_days)


def _by_days(column: Any) -> Select[Any]:
    # Grouped by the number of days there are few rows, however many contracts.
    query = select(column, func.count()).where(Contract.state == ContractState.ACCEPTED)
    return query.group_by(column).order_by(column)


def _median(groups: Sequence[Any]) -> tuple[int, int | None]:
    """How many values there are, and the lower median of them."""
    n = sum(count for _value, count in groups)
    passed = 0
    for value, count in groups:
        passed += count
        if 2 * passed >= n:
            return n, value
    return 0, None


def shop_window(edition_id: int) -> list[str]:
    """The codes of the entries in the shop window, in order. Two queries."""
    marked = most_marked(edition_id, WINDOW - 3)
    priced = exists().where(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED, Band.payer == Payer.APPLICANT)
    counted = select(func.count()).where(Offer.entry_id == Entry.id, Offer.state == OfferState.IN_FORCE)
    marked_by = counted.correlate(Entry).scalar_subquery()
    governed = (
        select(Entry.code, Entry.pricing)
        .where(Entry.edition_id == edition_id, Entry.pricing != Pricing.MARKET_REGULATED, Entry.code.not_in(marked))
        .where(exists().where(FeeItem.entry_id == Entry.id, priced) | (Entry.pricing == Pricing.FISCAL))
        .order_by(marked_by.desc(), Entry.position)
    )
    found = db.session.execute(governed).all()
    listed = [code for code, pricing in found if pricing != Pricing.FISCAL]
    free = [code for code, pricing in found if pricing == Pricing.FISCAL]
    return [*marked, *listed[:2], *free][:WINDOW]
