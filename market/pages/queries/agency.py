"""Figures of many agencies at once, for the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class Served(NamedTuple):
    """A service that the directory is narrowed to."""

    entry_id: int
    name_zh: str
    name_en: str


def service_named(code: str, edition_id: int) -> Served | None:
    """The entry of that code, if there is one. One query."""
    query = select(Entry.id, Entry.name_zh, Entry.name_en)
    row = db.session.execute(query.where(Entry.edition_id == edition_id, Entry.code == code)).first()
    return Served(*row) if row else None
