"""Whether a marked price holds at a moment, as one condition; `serving` adds the agency and its papers."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, or_
from sqlalchemy.orm import aliased

from market.agencies.models import Offer
from market.agencies.rules import EVERYWHERE, OfferState
from market.base import clock
from market.store.types import Moment as StoredMoment

Moment = datetime | ColumnElement[datetime]
"""A moment, or the parameter of a statement that is built once and asked often."""


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


def answers(region: str, now: Moment, offer: type[Offer] = Offer) -> ColumnElement[bool]:
    """The condition that a price holds at a moment and is the one its agency asks in a region.

    That is the agency's price for the region if one holds, and otherwise its price for the whole area. For the whole
    area (region '') only the latter answers.
    """
    if region == EVERYWHERE:
        return and_(holds(now, offer), offer.region_code == EVERYWHERE)
    nearer = aliased(Offer)
    # By itself and not inside an OR, so that PostgreSQL asks it of all prices together.
    gives_way = (
        exists()
        .where(nearer.agency_id == offer.agency_id, nearer.entry_id == offer.entry_id)
        .where(nearer.region_code == region, holds(now, nearer), offer.region_code == EVERYWHERE)
        .correlate(offer)
    )
    return and_(holds(now, offer), offer.region_code.in_((region, EVERYWHERE)), ~gives_way)
