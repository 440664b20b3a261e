"""What becomes of marked prices when another edition of the list comes into force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Agency, CarryOn, CarryOver, Offer, OfferBand
from market.agencies.rules import LAPSED, AgencyState, OfferState, Succession
from market.catalogue.models import Band, Edition, Entry, EntryRegion, FeeItem, Region
from market.catalogue.models.price import LINE, LISTED
from market.catalogue.rules import EditionState, PriceState
from market.store.db import db

# What makes two fee items of a service one and the same item of two editions.
SAME_ITEM = (
    *("position", "name_zh", "unit", "steps_per_unit", "price_state", "pricing"),
    *("schedule_item", "coefficient_set_id"),
)
_SAME_BAND = ("payer", "float_low", "float_high", "float_den", "base_known", *LINE)


def anything_to_settle(edition: Edition, now: datetime) -> bool:
    """Whether any offer of an earlier edition waits to be told what becomes of it. One query."""
    return bool(db.session.scalar(select(_unsettled(edition, now).exists())))


def settlement(edition: Edition, now: datetime) -> Select[*tuple[Any, ...]]:
    """A row for each offer not over in an earlier edition of which nobody has said what becomes of it in `edition`.

    The columns of `carry_over` up to its outcome. The offers are held until the transaction ends.
    """
    old, new, before = aliased(Entry), aliased(Entry), aliased(Edition)
    unsettled, anew = _unsettled(edition, now), _marked_later(edition, now)
    mine = [getattr(anew.c, name) == getattr(Offer, name) for name in ("agency_id", "service_id", "region_code")]
    outcome = case((anew.c.latest > before.effective_from, Succession.MARKED_ANEW), else_=_outcome(edition, (old, new)))
    return (
        select(Offer.id, Offer.agency_id, Offer.edition_id, Offer.service_id, literal(edition.id), outcome)
        .join(before, before.id == Offer.edition_id)
        .join(old, old.id == Offer.entry_id)
        .outerjoin(new, and_(new.edition_id == edition.id, new.service_id == Offer.service_id))
        .outerjoin(anew, and_(*mine))
        .where(Offer.id.in_(unsettled))
        .with_for_update(read=True, of=Offer)
    )


def _marked_later(edition: Edition, now: datetime) -> Subquery:
    """The latest edition in which an agency marked a service for a region, of those after the first unsettled one.

    A table of few rows, where to ask of each offer by itself would be a million questions.
    """
    its = aliased(Edition)
    unsettled = _unsettled(edition, now).with_only_columns(func.min(Edition.effective_from)).scalar_subquery()
    whose = (Offer.agency_id, Offer.service_id, Offer.region_code)
    query = select(*whose, func.max(its.effective_from).label("latest")).join(its, its.id == Offer.edition_id)
    return query.where(its.effective_from > unsettled).group_by(*whose).subquery()


def _unsettled(edition: Edition, now: datetime) -> Select[int]:
    """Not over, of an edition before this one, of an agency that may mark, and not yet spoken of."""
    return (
        select(Offer.id)
        .join(Edition, Edition.id == Offer.edition_id)
        .join(Agency, Agency.id == Offer.agency_id)
        .where(
            Offer.state != OfferState.WITHDRAWN,
            or_(Offer.ends_at.is_(None), Offer.ends_at > now),
            Agency.state == AgencyState.ADMITTED,
            Edition.state == EditionState.PUBLISHED,
            Edition.effective_from < edition.effective_from,
            ~exists().where(CarryOver.offer_id == Offer.id),
        )
    )


@dataclass(frozen=True, slots=True)
class LapsedNow:
    """A service whose price lapsed in this settling, for the message to its agency."""

    organisation_id: int
    code: str
    name_zh: str
    outcome: str


def settled_at(edition: Edition, now: datetime) -> Iterator[tuple[int, str]]:
    """Every offer settled at this moment with its outcome, in the order of their keys. One query, read as it comes."""
    query = select(CarryOver.offer_id, CarryOver.outcome).where(
        CarryOver.edition_id == edition.id, CarryOver.settled_at == now
    )
    rows = db.session.execute(query.order_by(CarryOver.offer_id)).yield_per(10_000)
    yield from ((offer, outcome) for offer, outcome in rows)


def to_carry_on(most: int) -> tuple[int, list[int]] | None:
    """An edition and at most so many of the agencies whose prices wait to be written again in it; None when none does.

    They are held until the transaction ends, and not offered to anybody else meanwhile. One query.
    """
    query = (
        select(CarryOn.edition_id, CarryOn.agency_id)
        .join(Agency, and_(Agency.id == CarryOn.agency_id, Agency.state == AgencyState.ADMITTED))
        .order_by(CarryOn.edition_id, CarryOn.agency_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = db.session.execute(query).all()
    if not found:
        return None
    edition_id = found[0].edition_id
    return edition_id, [agency for edition, agency in found if edition == edition_id]


def going_on(edition_id: int, agency_ids: Sequence[int]) -> list[int]:
    """The offers of these agencies that were settled to go on in the edition. One query."""
    query = select(CarryOver.offer_id).where(CarryOver.edition_id == edition_id, CarryOver.agency_id.in_(agency_ids))
    return list(db.session.scalars(query.where(CarryOver.outcome == Succession.CARRIED).order_by(CarryOver.offer_id)))


def lapsed_at(edition: Edition, now: datetime) -> list[LapsedNow]:
    """What lapsed at this moment, each service of an agency once. One query."""
    query = (
        select(Agency.organisation_id, Entry.code, Entry.name_zh, CarryOver.outcome)
        .join(Offer, Offer.id == CarryOver.offer_id)
        .join(Agency, Agency.id == CarryOver.agency_id)
        .join(Entry, Entry.id == Offer.entry_id)
        .where(CarryOver.edition_id == edition.id, CarryOver.settled_at == now, CarryOver.outcome.in_(LAPSED))
        .group_by(Agency.organisation_id, Entry.code, Entry.name_zh, CarryOver.outcome)
        .order_by(func.min(CarryOver.offer_id))
    )
    return [LapsedNow(*row) for row in db.session.execute(query)]


def _outcome(edition: Edition, entries: tuple[type[Entry], type[Entry]]) -> ColumnElement[str]:
    old, new = entries
    return case(
        (new.id.is_(None), Succession.REMOVED),
        (or_(new.pricing != old.pricing, new.payer != old.payer), Succession.PRICING),
        (Offer.id.in_(_on_a_changed_rule(edition)), Succession.PRICE_RULE),
        (func.coalesce(new.time_limit_workdays, new.time_limit_calendar_days) < Offer.promised_days, Succession.DAYS),
        (_outside(new), Succession.REGION),
        else_=Succession.CARRIED,
    )


def _outside(new: type[Entry]) -> ColumnElement[bool]:
    """The entry is limited to regions now; the offer's is none of them and lies in none (see the law of `offer`)."""
    mine, above, top = aliased(Region), aliased(Region), aliased(Region)
    limited = exists().where(EntryRegion.entry_id == new.id).correlate(new)
    inside = (
        select(EntryRegion.entry_id)
        .join(mine, mine.code == Offer.region_code)
        .outerjoin(above, above.code == mine.parent_code)
        .outerjoin(top, top.code == above.parent_code)
        .where(EntryRegion.entry_id == new.id)
        .where(EntryRegion.region_code.in_((mine.code, above.code, top.code)))
        .correlate(Offer, new)
        .exists()
    )
    return and_(Offer.region_code != "", limited, ~inside)


def _on_a_changed_rule(edition: Edition) -> Select[int]:
    """Offers that price a fee item whose rule is not the same in the edition."""
    old, new = aliased(FeeItem), aliased(FeeItem)
    return (
        select(OfferBand.offer_id)
        .join(old, old.id == OfferBand.fee_item_id)
        .outerjoin(new, and_(new.edition_id == edition.id, new.service_id == old.service_id, same_item(old, new)))
        .where(or_(new.id.is_(None), and_(old.price_state == PriceState.LISTED, _bands_differ(old, new))))
    )


def same_item(old: type[FeeItem], new: type[FeeItem]) -> ColumnElement[bool]:
    """The condition that two fee items of one service are the same item in two editions."""
    same = [getattr(old, name) == getattr(new, name) for name in SAME_ITEM]
    return and_(*same, func.coalesce(old.schedule_key, "") == func.coalesce(new.schedule_key, ""))


def _bands_differ(old: type[FeeItem], new: type[FeeItem]) -> ColumnElement[bool]:
    return or_(_lacks(old, new), _lacks(new, old))


def _lacks(some: type[FeeItem], other: type[FeeItem]) -> ColumnElement[bool]:
    """Whether the list has a band for `some` that it has not for `other`."""
    mine, theirs = aliased(Band), aliased(Band)
    alike = [getattr(mine, name) == getattr(theirs, name) for name in _SAME_BAND]
    twin = exists().where(theirs.fee_item_id == other.id, theirs.agency_id == LISTED, *alike).correlate(mine, other)
    return exists().where(mine.fee_item_id == some.id, mine.agency_id == LISTED, ~twin).correlate(some, other)


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A marked price that did not go on, with the entry that can be marked anew."""

    code: str
    name_zh: str
    name_en: str
    outcome: str
    from_edition: int
    offer_id: int
    entry_id: int


def waiting_to_be_marked(agency_id: int, edition_id: int) -> Sequence[Lapsed]:
    """Services of the edition for which the agency's price lapsed and none was marked since. One query."""
    before, since = aliased(Offer), aliased(Offer)
    marked_since = exists().where(
        since.agency_id == CarryOver.agency_id, since.entry_id == Entry.id, since.region_code == before.region_code
    )
    query = (
        select(
            Entry.code, Entry.name_zh, Entry.name_en, CarryOver.outcome, Edition.number, CarryOver.offer_id, Entry.id
        )
        .join(before, before.id == CarryOver.offer_id)
        .join(Edition, Edition.id == CarryOver.from_edition_id)
        .join(Entry, and_(Entry.edition_id == CarryOver.edition_id, Entry.service_id == CarryOver.service_id))
        .where(
            CarryOver.agency_id == agency_id,
            CarryOver.edition_id == edition_id,
            CarryOver.outcome.in_(LAPSED),
            ~marked_since.correlate(before, CarryOver, Entry),
        )
        .order_by(Entry.position, before.region_code)
    )
    return [Lapsed(*row) for row in db.session.execute(query)]
