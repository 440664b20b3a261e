"""Read the public directory of agencies.

Everything here reads the projection `directory_row` by an index: in its order where nothing is sought, else by full
text (`market.agencies.search`). No page counts or sorts the whole table of marked prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import aliased

from market.accounts.models import Organisation
from market.agencies.models import Agency, DirectoryGrade, DirectoryRow, Offer, Standing
from market.agencies.queries.holding import NOW, holds
from market.agencies.search import BEGINNING, Sought, fts5, sought, tsquery
from market.store.db import db

_FOUND = table("directory_text", column("rowid", BigInteger))
_HOLDS = DirectoryRow.tokens.op("@@")(cast(bindparam("match", type_=Text), TSQUERY))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the directory is narrowed to: words as typed, an entry with a marked price, a grade."""

    text: str = ""
    entry_id: int | None = None
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

    One query.
    """
    asked = sought(wanted.text, grade=wanted.grade, entry=wanted.entry_id)
    if asked is None:
        return []
    sqlite = _on_sqlite()
    shape = _Shape(sqlite=sqlite, narrowed=bool(asked.clauses), named=bool(asked.clauses and asked.key))
    given = _given(asked, sqlite=sqlite) | {"edition": edition_id, "limit": limit, "offset": offset}
    rows: Sequence[Any] = db.session.execute(_statement(shape), given | {"most": limit + offset}).all()
    return [Listing(*row) for row in rows]


def directory_size(wanted: Wanted) -> int:
    """How many agencies the directory shows. One query."""
    asked = sought(wanted.text, grade=wanted.grade, entry=wanted.entry_id)
    if asked is None:
        return 0
    query = select(func.count())
    if not asked.clauses:
        return db.session.scalar(query.select_from(DirectoryRow)) or 0
    if _on_sqlite():
        found = query.select_from(_FOUND).where(_matches(bindparam("match", type_=Text)))
        return db.session.scalar(found, {"match": fts5(asked.clauses)}) or 0
    return db.session.scalar(query.select_from(DirectoryRow).where(_HOLDS), {"match": tsquery(asked.clauses)}) or 0


def grade_counts() -> dict[str, int]:
    """How many admitted agencies have which latest grade; "" counts those without one. One query."""
    query = select(DirectoryGrade.grade, DirectoryGrade.agencies).where(DirectoryGrade.agencies > 0)
    return {grade: int(number) for grade, number in db.session.execute(query)}


def directory_is_whole() -> bool:
    """Whether the directory has a row for somebody wherever there is somebody to show. One query."""
    nobody_listed = ~select(DirectoryRow.agency_id).exists()
    somebody = select(Agency.id).where(Agency.admitted_at.is_not(None)).exists()
    return not db.session.scalar(select(nobody_listed & somebody))


def agencies_after(agency_id: int, limit: int) -> list[int]:
    """The next agencies by id, in any state."""
    return list(db.session.scalars(select(Agency.id).where(Agency.id > agency_id).order_by(Agency.id).limit(limit)))


def turned(edition_id: int, now: datetime) -> list[int]:
    """Agencies whose rows the clock has made old: a price of theirs has begun or ended by itself. One query.

    All of them where that was within the hour; for a week, those whose number of marked prices is another than their
    row says, so that a clock that stood still catches up.
    """
    lately, week = now - timedelta(hours=1), now - timedelta(days=7)
    begun = and_(Offer.effective_from > Offer.marked_at, Offer.effective_from <= now)
    moments = ((begun, Offer.effective_from), (Offer.ends_at <= now, Offer.ends_at))
    agencies = [
        union_all(*(select(Offer.agency_id).where(happened, moment > since) for happened, moment in moments))
        for since in (lately, week)
    ]
    holding = select(func.count(Offer.entry_id.distinct())).where(
        Offer.agency_id == DirectoryRow.agency_id, Offer.edition_id == edition_id, holds(now)
    )
    differs = and_(DirectoryRow.agency_id.in_(agencies[1]), DirectoryRow.offers != holding.scalar_subquery())
    query = select(DirectoryRow.agency_id).where(or_(DirectoryRow.agency_id.in_(agencies[0]), differs))
    return list(db.session.scalars(query))


class _Shape(NamedTuple):
    """What a statement depends on; all else are its parameters, so that it is made once a process."""

    sqlite: bool
    narrowed: bool
    named: bool


def _given(asked: Sought, *, sqlite: bool) -> dict[str, Any]:
    """The parameters that say what is sought."""
    if not asked.clauses:
        return {}
    if not sqlite:
        start = asked.key[:BEGINNING]
        return {"match": tsquery(asked.clauses), "key": asked.key, "start": start, "length": len(start)}
    found = fts5(asked.clauses)
    if not asked.key:
        return {"match": found}
    whole, beginning = fts5([asked.whole]), fts5([asked.beginning])
    return {
        "tier0": f"({found}) AND {whole}",
        "tier1": f"(({found}) AND {beginning}) NOT {whole}",
        "tier2": f"({found}) NOT {beginning}",
    }


@cache
def _statement(shape: _Shape) -> Select[*tuple[Any, ...]]:
    page = _page(shape).limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    newest, older = aliased(Standing), aliased(Standing)
    last = select(func.max(older.year)).where(older.agency_id == Agency.id).scalar_subquery()
    offers = select(func.count()).where(
        Offer.agency_id == Agency.id, Offer.edition_id == bindparam("edition"), holds(NOW)
    )
    return (
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


def _page(shape: _Shape) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """The `tier` and `place` of what is sought, in order."""
    if shape.sqlite and shape.named:
        # Three streams, each in the order of places and ended early: no answer is read that is not shown.
        streams = [_stream(tier, f"tier{tier}").limit(bindparam("most")).subquery() for tier in range(3)]
        return union_all(*(select(one.c.tier, one.c.place) for one in streams)).order_by("tier", "place")
    if shape.sqlite and shape.narrowed:
        return _stream(2, "match")
    tier: ColumnElement[int] = literal(2)
    if shape.named:
        start = func.substr(DirectoryRow.name_key, 1, bindparam("length", type_=Integer))
        whole = DirectoryRow.name_key == bindparam("key")
        tier = case((whole, 0), (start == bindparam("start"), 1), else_=2)
    query = select(tier.label("tier"), DirectoryRow.place)
    if shape.narrowed:
        query = query.where(_HOLDS)
    return query.order_by(*(["tier"] if shape.named else []), DirectoryRow.place)


def _stream(tier: int, match: str) -> Select[*tuple[Any, ...]]:
    query = select(literal(tier).label("tier"), _FOUND.c.rowid.label("place"))
    return query.where(_matches(bindparam(match, type_=Text))).order_by("place")


def _matches(match: Any) -> Any:
    return literal_column("directory_text").op("MATCH")(match)


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
