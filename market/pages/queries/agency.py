"""Figures of many agencies at once, for the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

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


def figures_of(ids: Sequence[int]) -> Mapping[int, AgencyFigures]:
    """Ratings and days of agencies by id. Two queries, whatever the number."""
    if not ids:
        return {}
    ratings, days = summaries(ids), days_of(ids)
    return {id_: AgencyFigures(ratings.get(id_, NO_RATINGS), days.get(id_)) for id_ in ids}


def service_name(code: str, edition_id: int) -> tuple[str, str] | None:
    """The name of an entry in both languages, if there is one. One query."""
    query = select(Entry.name_zh, Entry.name_en).where(Entry.edition_id == edition_id, Entry.code == code)
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None
