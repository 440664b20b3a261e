"""Keep the directory of agencies: a projection, written in the transaction of what it projects."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, delete, func, insert, or_, select, text, update

from market.accounts.models import Organisation
from market.agencies.models import Agency, DirectoryGrade, DirectoryRow, Offer
from market.agencies.queries.directory import turned
from market.agencies.queries.holding import NOW, holds
from market.agencies.queries.standing import newest_grade
from market.agencies.rules import AgencyState
from market.agencies.search import Described, name_key, tokens_of
from market.base import clock
from market.catalogue.models import Entry
from market.catalogue.queries import edition_in_force_or_none
from market.store.db import db

# As many agencies as are read and written at a time.
BATCH = 500
# A place is read off the number of marked prices and the id: both have room for more than there will ever be.
_MOST_OFFERS = 1 << 20
_IDS = 1 << 40
# In one step: of two who are the first of their grade at one moment neither may fail.
_MORE = text(
    "INSERT INTO directory_grade (grade, agencies) VALUES (:grade, :by)"
    " ON CONFLICT (grade) DO UPDATE SET agencies = directory_grade.agencies + excluded.agencies"
)


def list_agencies(agency_ids: Iterable[int], *, now: datetime) -> None:
    """Write the rows of these agencies anew, as they are now; whoever is not admitted has none.

    Called by every action that changes what the directory shows or finds an agency by. The rows are held until the
    transaction ends, so that of two changes of one agency the later sees the earlier.
    """
    edition = edition_in_force_or_none(clock.china_date(now))
    ids = sorted(set(agency_ids))
    for start in range(0, len(ids), BATCH):
        _write(ids[start : start + BATCH], edition.id if edition else 0, now)


def follow_clock(*, now: datetime) -> int:
    """Write the rows of agencies anew whose prices began or ended by the clock alone; how many. Safe to run twice."""
    edition = edition_in_force_or_none(clock.china_date(now))
    old = turned(edition.id, now) if edition else []
    list_agencies(old, now=now)
    return len(old)


def place_of(agency_id: int, offers: int) -> int:
    """The place of an agency in the directory: more marked prices first, then the older registration."""
    return (_MOST_OFFERS - min(offers, _MOST_OFFERS)) * _IDS + agency_id


def _write(ids: Sequence[int], edition_id: int, now: datetime) -> None:
    held = select(DirectoryRow.agency_id, DirectoryRow.grade).where(DirectoryRow.agency_id.in_(ids))
    found = db.session.execute(held.order_by(DirectoryRow.agency_id).with_for_update())
    known: dict[int, str] = dict(iter(found))
    rows = list(_rows(ids, edition_id, now))
    gone = known.keys() - {row["agency_id"] for row in rows}
    if gone:
        db.session.execute(delete(DirectoryRow).where(DirectoryRow.agency_id.in_(gone)))
    if new := [row for row in rows if row["agency_id"] not in known]:
        db.session.execute(insert(DirectoryRow), new)
    if old := [row for row in rows if row["agency_id"] in known]:
        db.session.connection().execute(_changed(), [{f"new_{name}": row[name] for name in row} for row in old])
    change = Counter(row["grade"] for row in rows)
    change.subtract(known.values())
    _count(change)


def _count(change: Mapping[str, int]) -> None:
    """Keep the numbers by grade, which only an admission, an exit and a published evaluation change."""
    for grade, by in sorted(change.items()):
        if by > 0:
            db.session.execute(_MORE, {"grade": grade, "by": by})
        elif by < 0:
            fewer = update(DirectoryGrade).where(DirectoryGrade.grade == grade)
            db.session.execute(fewer.values(agencies=DirectoryGrade.agencies + by))


def recount_grades() -> None:
    """Count the directory's rows by grade anew, whatever was counted before."""
    db.session.execute(delete(DirectoryGrade))
    query = select(DirectoryRow.grade, func.count()).group_by(DirectoryRow.grade)
    db.session.execute(insert(DirectoryGrade).from_select(("grade", "agencies"), query))


def _rows(ids: Sequence[int], edition_id: int, now: datetime) -> Iterator[dict[str, Any]]:
    asked = {"ids": ids, "edition": edition_id, NOW.key: now}
    marked: dict[int, set[int]] = defaultdict(set)
    for agency_id, entry_id in db.session.execute(_offers(), asked):
        marked[agency_id].add(entry_id)
    entries = {entry for own in marked.values() for entry in own}
    query = select(Entry.id, Entry.name_zh, Entry.name_en).where(Entry.id.in_(entries))
    names = {row[0]: (row[1], row[2]) for row in db.session.execute(query)} if entries else {}
    for agency_id, ref, name, uscc, region, newest in db.session.execute(_agencies(), asked):
        own = sorted(marked[agency_id])
        described = Described(
            name=name,
            texts=(ref, uscc or "", region),
            services=tuple(part for entry in own for part in names[entry]),
            grade=newest or "",
            entries=tuple(own),
        )
        yield {
            "agency_id": agency_id,
            "place": place_of(agency_id, len(own)),
            "offers": len(own),
            "grade": described.grade,
            "name_key": name_key(name),
            "tokens": tokens_of(described),
        }


# Statements are built once: building one costs more than asking it.


@cache
def _agencies() -> Select[*tuple[Any, ...]]:
    columns = (
        Agency.id,
        Agency.ref,
        Organisation.name,
        Organisation.uscc,
        Organisation.region,
        newest_grade(Agency.id),
    )
    query = select(*columns).join(Organisation, Organisation.id == Agency.organisation_id)
    return query.where(Agency.id.in_(bindparam("ids", expanding=True)), Agency.state == AgencyState.ADMITTED)


@cache
def _offers() -> Select[*tuple[Any, ...]]:
    query = select(Offer.agency_id, Offer.entry_id).where(Offer.agency_id.in_(bindparam("ids", expanding=True)))
    return query.where(holds(NOW), Offer.edition_id == bindparam("edition"))


@cache
def _changed() -> Update:
    """Write a row anew unless it says the same already: its full text costs more than the act that asked for it."""
    columns = DirectoryRow.__table__.c
    given = {one.name: bindparam(f"new_{one.name}", type_=one.type) for one in columns}
    own = given.pop("agency_id")
    differs = or_(*(columns[name].is_distinct_from(value) for name, value in given.items()))
    return update(DirectoryRow).where(columns.agency_id == own, differs).values(given)
