"""Read the grades that published evaluations gave."""

from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from market.agencies.models import Standing


def latest_standing() -> Any:
    """Each agency's newest grade, to be joined."""
    newest = select(Standing.agency_id, func.max(Standing.year).label("year")).group_by(Standing.agency_id).subquery()
    query = select(Standing).join(newest, (newest.c.agency_id == Standing.agency_id) & (newest.c.year == Standing.year))
    return aliased(Standing, query.subquery())


def newest_grade(agency_id: InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """The newest grade of one agency, as a column of a query about it."""
    own = select(Standing.grade).where(Standing.agency_id == agency_id)
    return own.order_by(Standing.year.desc()).limit(1).scalar_subquery()
