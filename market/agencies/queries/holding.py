"""Whether a marked price holds at a moment, as one condition; `serving` adds the agency and its papers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from market.agencies.models import Offer
from market.agencies.rules import EVERYWHERE, OfferState
from market.base import clock
from market.catalogue.models import Region
from market.store.types import Moment as StoredMoment

Moment = datetime | ColumnElement[datetime]
"""A moment, or the parameter of a statement that is built once and asked often."""


FARTHEST = 3
"""How far away the whole area is, in levels of regions."""

# Read when the statement runs, not when it is built: statements are built once.
NOW: BindParameter[datetime] = bindparam("serving_now", type_=StoredMoment(), callable_=clock.now)


def holds(now: Moment, offer: type[Offer] = Offer) -> ColumnElement[bool]:
    """The condition that a marked price holds at a moment: neither paused nor withdrawn, begun, and not ended.

    Whether its agency may serve at all (its admission, its papers) is another question.
    """
    return and_(
        offer.state == OfferState.IN_FORCE,
        offer.effective_from <= now,
        or_(offer.ends_at.is_(None), offer.ends_at > now),
    )


def reaches(region: Any, now: Moment, offer: type[Offer] = Offer) -> ColumnElement[bool]:
    """The condition that a price holds at a moment for a region, for one that the region lies in, or everywhere.

    An agency has one that reaches a region (a code, or a column of another table) exactly if it has one that answers.
    """
    return and_(holds(now, offer), offer.region_code.in_((EVERYWHERE, *_up_from(region))))


def answers(region: str, now: Moment, offer: type[Offer] = Offer) -> ColumnElement[bool]:
    """The condition that a price holds at a moment and is the one its agency asks in a region.

    That is the agency's price for the nearest region around it that holds: its own, one that it lies in, the whole
    area. For the whole area (region '') only the latter answers.
    """
    if region == EVERYWHERE:
        return and_(holds(now, offer), offer.region_code == EVERYWHERE)
    nearer = aliased(Offer)
    # By itself and not inside an OR, so that PostgreSQL asks it of all prices together.
    gives_way = (
        exists()
        .where(nearer.agency_id == offer.agency_id, nearer.entry_id == offer.entry_id)
        # Nothing is farther than the whole area; said in so many words, the small index of regional prices answers.
        .where(nearer.region_code != text("''"))
        .where(reaches(region, now, nearer), _distance(nearer, region) < _distance(offer, region))
        .correlate(offer)
    )
    return and_(reaches(region, now, offer), ~gives_way)


def _up_from(region: Any) -> tuple[Any, Any, Any]:
    """A region, what it lies in, and what that lies in (two levels suffice); itself again where nothing is above."""
    mine, below, above = aliased(Region), aliased(Region), aliased(Region)
    parent = select(mine.parent_code).where(mine.code == region).correlate_except(mine).scalar_subquery()
    top = select(above.parent_code).join(below, below.parent_code == above.code).where(below.code == region)
    top_code = top.correlate_except(above, below).scalar_subquery()
    return region, func.coalesce(parent, region), func.coalesce(top_code, region)


def _distance(offer: type[Offer], region: str) -> ColumnElement[int]:
    """How far around a region a price that reaches it holds."""
    levels = enumerate(_up_from(region))
    return case(*[(offer.region_code == code, level) for level, code in levels], else_=FARTHEST)
