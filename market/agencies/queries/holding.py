"""Whether a marked price holds at a moment, as one condition; `serving` adds the agency and its papers."""

from typing import Any

from sqlalchemy import ColumnElement

from market.agencies.rules import OfferState


def holds(offer: Any, _now: Any) -> ColumnElement[bool]:
    """The condition that an offer (the class or an alias of it) holds at a moment."""
    return offer.state == OfferState.IN_FORCE  # type: ignore[no-any-return]
