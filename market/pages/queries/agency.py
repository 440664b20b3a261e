"""Figures of many agencies at once, for the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from market.agencies.models import Agency
from market.catalogue.models import Entry
from market.contracts.queries import Days, days_of
from market.ratings.queries import summaries
from market.ratings.rules import NO_RATINGS, Summary
from market.store.db import db


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """What an agency's jobs have shown."""

    rating: Summary
    days: Days | None


def figures_of(refs: Sequence[str]) -> Mapping[str, AgencyFigures]:
    """Ratings and days of agencies by reference. Three queries, whatever the number."""
    if not refs:
        return {}
    ids = {ref: id_ for id_, ref in db.session.execute(select(Agency.id, Agency.ref).where(Agency.ref.in_(refs)))}
    ratings, days = summaries(ids.values()), days_of(ids.values())
    return {ref: AgencyFigures(ratings.get(id_, NO_RATINGS), days.get(id_)) for ref, id_ in ids.items()}


def service_name(code: str, edition_id: int) -> tuple[str, str] | None:
    """The name of an entry in both languages, if there is one. One query."""
    query = select(Entry.name_zh, Entry.name_en).where(Entry.edition_id == edition_id, Entry.code == code)
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None
