"""Read the public directory of agencies.

Everything here reads the projection `directory_row` by an index: in its order where nothing is sought, else by full
text (`market.agencies.search`). No page counts or sorts the whole table of marked prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from market.accounts.models import Organisation
from market.agencies.models import Agency, DirectoryRow, Offer, Standing
from market.agencies.rules import OfferState
from market.agencies.search import BEGINNING, Clause, Sought, fts5, sought, tsquery
from market.catalogue.models import Entry
from market.store.db import db

_FOUND = table("directory_text", column("rowid", BigInteger))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the directory is narrowed to: words as typed, a service code, a grade."""

    text: str = ""
    service: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A row of the directory. `offers` counts the marked prices in the edition asked for."""

    id: int
    ref: str
    name: str
    kind: str
    region: str
    admitted_at: datetime
    offers: int
    grade: str | None
    score_milli: int | None
    year: int | None


def directory(wanted: Wanted, edition_id: int, *, limit: int, offset: int) -> list[Listing]:
    """Admitted agencies: the name asked for first, then names that begin so, then those with more marked prices.

    One query, and one more where a service is asked for.
    """
    asked = _asked(wanted, edition_id)
    if asked is None:
        return []
    page = _page(asked, limit, offset).subquery()
    newest, older = aliased(Standing), aliased(Standing)
    last = select(func.max(older.year)).where(older.agency_id == Agency.id).scalar_subquery()
    offers = select(func.count()).where(
        Offer.agency_id == Agency.id, Offer.edition_id == edition_id, Offer.state == OfferState.IN_FORCE
    )
    query = (
        select(
            Agency.id, Agency.ref, Organisation.name, Agency.kind, Organisation.region, Agency.admitted_at,
            offers.scalar_subquery(), newest.grade, newest.score_milli, newest.year,
        )
        .select_from(page)
        .join(DirectoryRow, DirectoryRow.place == page.c.place)
        .join(Agency, Agency.id == DirectoryRow.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(newest, (newest.agency_id == Agency.id) & (newest.year == last))
        .order_by(page.c.tier, page.c.place)
    )  # fmt: skip
    rows: Sequence[Any] = db.session.execute(query).all()
    return [Listing(*row) for row in rows]


def directory_size(wanted: Wanted, edition_id: int) -> int:
    """How many agencies the directory shows. One query, and one more where a service is asked for."""
    asked = _asked(wanted, edition_id)
    if asked is None:
        return 0
    if asked.clauses and _on_sqlite():
        query = select(func.count()).select_from(_FOUND).where(_matches(fts5(asked.clauses)))
    else:
        query = select(func.count()).select_from(DirectoryRow).where(*_holding(asked.clauses))
    return db.session.scalar(query) or 0


def grade_counts() -> dict[str, int]:
    """How many admitted agencies have which latest grade; "" counts those without one. One query."""
    query = select(DirectoryRow.grade, func.count()).group_by(DirectoryRow.grade)
    return {grade: int(number) for grade, number in db.session.execute(query)}


def directory_is_whole() -> bool:
    """Whether the directory has a row for somebody wherever there is somebody to show. One query."""
    nobody_listed = ~select(DirectoryRow.agency_id).exists()
    somebody = select(Agency.id).where(Agency.admitted_at.is_not(None)).exists()
    return not db.session.scalar(select(nobody_listed & somebody))


def agencies_after(agency_id: int, limit: int) -> list[int]:
    """The next agencies by id, in any state."""
    return list(db.session.scalars(select(Agency.id).where(Agency.id > agency_id).order_by(Agency.id).limit(limit)))


def _asked(wanted: Wanted, edition_id: int) -> Sought | None:
    """What is sought; None when nobody can answer it."""
    entry: int | None = None
    if wanted.service:
        query = select(Entry.id).where(Entry.edition_id == edition_id, Entry.code == wanted.service)
        entry = db.session.scalar(query)
        if entry is None:
            return None
    return sought(wanted.text, grade=wanted.grade, entry=entry)


def _page(asked: Sought, limit: int, offset: int) -> Select[Any] | CompoundSelect[Any]:
    """The `tier` and `place` of a page's rows."""
    if asked.clauses and asked.key and _on_sqlite():
        return _streams(asked, offset + limit).order_by("tier", "place").limit(limit).offset(offset)
    if asked.clauses and _on_sqlite():
        return _stream(2, fts5(asked.clauses)).limit(limit).offset(offset)
    start = func.substr(DirectoryRow.name_key, 1, min(BEGINNING, len(asked.key)))
    tier = case(
        (DirectoryRow.name_key == asked.key, 0),
        (start == asked.key[:BEGINNING], 1),
        else_=2,
    )
    ranked = (tier if asked.key else literal(2)).label("tier")
    query = select(ranked, DirectoryRow.place).where(*_holding(asked.clauses))
    order = ("tier", DirectoryRow.place) if asked.key else (DirectoryRow.place,)
    return query.order_by(*order).limit(limit).offset(offset)


def _streams(asked: Sought, most: int) -> CompoundSelect[Any]:
    """Three streams, each in the order of places and ended after `most`: no answer is read that is not shown."""
    found = fts5(asked.clauses)
    whole, beginning = fts5([asked.whole]), fts5([asked.beginning])
    tiers = (
        f"({found}) AND {whole}",
        f"(({found}) AND {beginning}) NOT {whole}",
        f"({found}) NOT {beginning}",
    )
    streams = [_stream(tier, match).limit(most).subquery() for tier, match in enumerate(tiers)]
    return union_all(*(select(stream.c.tier, stream.c.place) for stream in streams))


def _stream(tier: int, match: str) -> Select[Any]:
    return select(literal(tier).label("tier"), _FOUND.c.rowid.label("place")).where(_matches(match)).order_by("place")


def _matches(match: str) -> Any:
    return literal_column("directory_text").op("MATCH")(match)


def _holding(clauses: Sequence[Clause]) -> list[Any]:
    return [DirectoryRow.tokens.op("@@")(cast(tsquery(clauses), TSQUERY))] if clauses else []


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
