"""Editions of the list with what they hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from market.base.errors import BadState, BreaksRule, NotFound
from market.base.money import shown
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing.quantity import exact_decimal
from market.catalogue.models import (
    Band,
    Bundle,
    CleanUp,
    Coefficient,
    Edition,
    EditionAct,
    Entry,
    FeeItem,
    PriceSchedule,
)
from market.catalogue.models.price import LISTED
from market.catalogue.queries.bundles import bundle_documents
from market.catalogue.rules import EditionState, Handling
from market.store.db import db
from market.store.types import LARGEST_KEY


def edition_in_force(on: date) -> Edition:
    """The published edition in force on `on`; BadState("edition.none_in_force") when there is none."""
    found = edition_in_force_or_none(on)
    if found is None:
        raise BadState("edition.none_in_force")
    return found


def edition_in_force_or_none(on: date) -> Edition | None:
    """The published edition in force on `on`, or None."""
    return db.session.scalar(_in_force(), {"on": on})


@cache
def _in_force() -> Select[Edition]:
    """Built once: most acts ask it more than once."""
    return (
        select(Edition)
        .where(Edition.state == EditionState.PUBLISHED, Edition.effective_from <= bindparam("on"))
        .order_by(Edition.effective_from.desc(), Edition.number.desc())
        .limit(1)
    )


def edition_numbered(number: int) -> Edition:
    """The edition of that number in any state; NotFound("edition.not_found")."""
    known = abs(number) <= LARGEST_KEY
    found = db.session.scalar(select(Edition).where(Edition.number == number)) if known else None
    if found is None:
        raise NotFound("edition.not_found")
    return found


def editions() -> list[Edition]:
    """Every edition, newest first."""
    return list(db.session.scalars(select(Edition).order_by(Edition.number.desc())))


def unpublished_edition() -> Edition | None:
    """The one edition that is being drafted or reviewed, if any."""
    return db.session.scalar(select(Edition).where(Edition.state != EditionState.PUBLISHED))


def entry_of(code: str, edition: Edition) -> Entry:
    """The entry of a service code in an edition, with its act; NotFound("service.not_listed")."""
    query = select(Entry).where(Entry.edition_id == edition.id, Entry.code == code).options(joinedload(Entry.act))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("service.not_listed", service=shown(code))
    return found


def require_listed(name: str, edition: Edition) -> None:
    """Refuse a name that a clean-up decision abolished, naming the decision."""
    query = select(CleanUp).where(
        CleanUp.edition_id == edition.id, CleanUp.name_zh == name, CleanUp.handling == Handling.ABOLISHED
    )
    found = db.session.scalar(query)
    if found is not None:
        raise NotFound("service.abolished", service=found.name_zh, decision=found.decision)


def entries_of(edition: Edition) -> list[Entry]:
    """Every entry of an edition in the list's order, with its act."""
    query = select(Entry).where(Entry.edition_id == edition.id).order_by(Entry.position)
    return list(db.session.scalars(query.options(joinedload(Entry.act))))


def entries_between(edition: Edition, limit: int, offset: int) -> list[Entry]:
    """Some entries of an edition in the list's order, with their acts."""
    query = select(Entry).where(Entry.edition_id == edition.id).order_by(Entry.position).limit(limit).offset(offset)
    return list(db.session.scalars(query.options(joinedload(Entry.act))))


def count_entries(edition: Edition) -> int:
    """How many entries an edition has."""
    return db.session.scalar(select(func.count()).where(Entry.edition_id == edition.id)) or 0


def fee_items_of(entry_id: int) -> list[FeeItem]:
    """The fee items of an entry in order."""
    return list(db.session.scalars(select(FeeItem).where(FeeItem.entry_id == entry_id).order_by(FeeItem.position)))


def fee_items_by_entry(entry_ids: Iterable[int]) -> dict[int, list[FeeItem]]:
    """The fee items of several entries, by entry in order. One query."""
    query = select(FeeItem).where(FeeItem.entry_id.in_(list(entry_ids))).order_by(FeeItem.entry_id, FeeItem.position)
    by_entry: dict[int, list[FeeItem]] = defaultdict(list)
    for item in db.session.scalars(query):
        by_entry[item.entry_id].append(item)
    return by_entry


def list_bands(fee_item_ids: Iterable[int]) -> dict[int, list[Band]]:
    """The list's own bands of fee items, by fee item, in order of quantity."""
    wanted = list(fee_item_ids)
    query = select(Band).where(Band.fee_item_id.in_(wanted), Band.agency_id == LISTED).order_by(Band.q_to)
    by_item: dict[int, list[Band]] = defaultdict(list)
    for band in db.session.scalars(query):
        by_item[band.fee_item_id].append(band)
    return by_item


def coefficients_of(set_ids: Iterable[int]) -> dict[int, list[int]]:
    """The lawful coefficients (1/10000) of closed sets."""
    query = select(Coefficient).where(Coefficient.set_id.in_(list(set_ids))).order_by(Coefficient.value)
    by_set: dict[int, list[int]] = defaultdict(list)
    for coefficient in db.session.scalars(query):
        by_set[coefficient.set_id].append(coefficient.value)
    return by_set


def require_coefficient(fee_item: FeeItem, coefficient: int) -> None:
    """Refuse a coefficient (1/10000) that is not in the fee item's closed set: `price.no_coefficient`."""
    if db.session.get(Coefficient, (fee_item.coefficient_set_id, coefficient)) is None:
        raise BreaksRule("price.no_coefficient", coefficient=exact_decimal(Fraction(coefficient, COEFFICIENT_UNIT)))


def schedules_of(entry_id: int) -> list[PriceSchedule]:
    """The published schedules tied to an entry."""
    return list(
        db.session.scalars(select(PriceSchedule).where(PriceSchedule.entry_id == entry_id).order_by(PriceSchedule.id))
    )


def clean_ups_of(edition: Edition) -> list[CleanUp]:
    """Every clean-up decision an edition keeps."""
    return list(db.session.scalars(select(CleanUp).where(CleanUp.edition_id == edition.id).order_by(CleanUp.id)))


def latest_effective_date() -> date | None:
    """The latest date from which any published edition is in force."""
    return db.session.scalar(select(func.max(Edition.effective_from)).where(Edition.state == EditionState.PUBLISHED))


def documents(edition: Edition) -> Sequence[dict[str, str]]:
    """What search needs to know of an edition: entries, the items that are not on the list, bundles and acts."""
    from_entries = [entry_document(entry) for entry in entries_of(edition)]
    removed = [item for item in clean_ups_of(edition) if item.handling == Handling.ABOLISHED]
    return [*from_entries, *(removed_document(item) for item in removed), *bundle_documents(edition.id)]


def documents_ever(before: int) -> set[str]:
    """The ids of every search document that editions numbered lower may have left in the index."""
    earlier = select(Edition.id).where(Edition.state == EditionState.PUBLISHED, Edition.number < before)
    codes = db.session.scalars(select(Entry.code).where(Entry.edition_id.in_(earlier)))
    gone = db.session.scalars(select(CleanUp.id).where(CleanUp.edition_id.in_(earlier)))
    found = {f"entry/{code}" for code in codes} | {f"removed/{number}" for number in gone}
    bundles = db.session.scalars(select(Bundle.code).where(Bundle.edition_id.in_(earlier)))
    acts = db.session.scalars(select(EditionAct.act_id).where(EditionAct.edition_id.in_(earlier)))
    return found | {f"bundle/{code}" for code in bundles} | {f"act/{number}" for number in acts}


def entry_document(entry: Entry) -> dict[str, str]:
    """An entry as a search document."""
    body = (entry.code, entry.name_en, entry.act.name_zh, entry.act.name_en, entry.category_zh, entry.category_en)
    more = (entry.act.authority_zh, entry.legal_basis, entry.price_basis, entry.output, entry.merged_group)
    called = f"{entry.name_zh} {entry.act.name_zh} {entry.name_en}"
    found = {"id": f"entry/{entry.code}", "kind": "entry", "title": entry.name_zh, "body": " ".join((*body, *more))}
    return found | {"called": called}


def removed_document(item: CleanUp) -> dict[str, str]:
    """An abolished item as a search document: who looks for it must learn that it is gone."""
    body = " ".join((item.act_name_zh, item.decision, item.handling_text))
    return {"id": f"removed/{item.id}", "kind": "removed", "title": item.name_zh, "body": body, "called": item.name_zh}
