"""What becomes of marked prices when another edition of the list comes into force."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Agency, CarryOver, Offer, OfferBand
from market.agencies.rules import LAPSED, AgencyState, OfferState, Succession
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LINE, LISTED
from market.catalogue.rules import EditionState, PriceState
from market.store.db import db

# What makes two fee items of a service one and the same item of two editions.
SAME_ITEM = (
    *("position", "name_zh", "unit", "steps_per_unit", "price_state", "pricing"),
    *("schedule_item", "coefficient_set_id"),
)
_SAME_BAND = ("payer", "float_low", "float_high", "float_den", "base_known", *LINE)


@dataclass(frozen=True, slots=True)
class Settled:
    """An offer of an earlier edition and what becomes of it; `entry_id` is null when the service is gone."""

    offer_id: int
    agency_id: int
    from_edition_id: int
    service_id: int
    agency_ref: str
    organisation_id: int
    code: str
    name_zh: str
    marked_by: int
    outcome: str


def to_settle(edition: Edition) -> list[Settled]:
    """Every offer in force in an earlier edition of which nobody has said yet what becomes of it in `edition`.

    Two queries, whatever the number; mostly one, because mostly there is none. The offers are held until the
    transaction ends.
    """
    open_ones = select(_unsettled(edition).exists())
    if not db.session.scalar(open_ones):
        return []
    old, new, before = aliased(Entry), aliased(Entry), aliased(Edition)
    query: Select[*tuple[Any, ...]] = (
        select(
            Offer.id, Offer.agency_id, Offer.edition_id, Offer.service_id, Agency.ref, Agency.organisation_id,
            old.code, old.name_zh, Offer.marked_by, _outcome(edition, before, (old, new)),
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(before, before.id == Offer.edition_id)
        .join(old, old.id == Offer.entry_id)
        .outerjoin(new, and_(new.edition_id == edition.id, new.service_id == Offer.service_id))
        .where(Offer.id.in_(_unsettled(edition)))
        .order_by(Offer.id)
        .with_for_update(read=True, of=Offer)
    )  # fmt: skip
    return [Settled(*row) for row in db.session.execute(query)]


def _unsettled(edition: Edition) -> Select[int]:
    """In force, of an edition before this one, of an agency that may mark, and not yet spoken of."""
    return (
        select(Offer.id)
        .join(Edition, Edition.id == Offer.edition_id)
        .join(Agency, Agency.id == Offer.agency_id)
        .where(
            Offer.state == OfferState.IN_FORCE,
            Agency.state == AgencyState.ADMITTED,
            Edition.state == EditionState.PUBLISHED,
            Edition.effective_from < edition.effective_from,
            ~exists().where(CarryOver.offer_id == Offer.id),
        )
    )


def _outcome(edition: Edition, before: type[Edition], entries: tuple[type[Entry], type[Entry]]) -> ColumnElement[str]:
    old, new = entries
    later, its = aliased(Offer), aliased(Edition)
    marked_anew = (
        exists()
        .where(later.agency_id == Offer.agency_id, later.service_id == Offer.service_id, later.edition_id == its.id)
        .where(its.effective_from > before.effective_from)
        .correlate(Offer, before)
    )
    return case(
        (marked_anew, Succession.MARKED_ANEW),
        (new.id.is_(None), Succession.REMOVED),
        (or_(new.pricing != old.pricing, new.payer != old.payer), Succession.PRICING),
        (Offer.id.in_(_on_a_changed_rule(edition)), Succession.PRICE_RULE),
        (func.coalesce(new.time_limit_workdays, new.time_limit_calendar_days) < Offer.promised_days, Succession.DAYS),
        else_=Succession.CARRIED,
    )


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


def waiting_to_be_marked(agency_id: int, edition_id: int) -> Sequence[Lapsed]:
    """Services of the edition for which the agency's price lapsed and none was marked since. One query."""
    since = aliased(Offer)
    query = (
        select(Entry.code, Entry.name_zh, Entry.name_en, CarryOver.outcome, Edition.number)
        .join(Edition, Edition.id == CarryOver.from_edition_id)
        .join(Entry, and_(Entry.edition_id == CarryOver.edition_id, Entry.service_id == CarryOver.service_id))
        .where(
            CarryOver.agency_id == agency_id,
            CarryOver.edition_id == edition_id,
            CarryOver.outcome.in_(LAPSED),
            ~exists().where(since.agency_id == CarryOver.agency_id, since.entry_id == Entry.id),
        )
        .order_by(Entry.position)
    )
    return [Lapsed(*row) for row in db.session.execute(query)]
