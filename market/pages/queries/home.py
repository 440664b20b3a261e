"""The figures of the home page, all counted from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Engine, and_, event, exists, func, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries.serving import serving
from market.agencies.rules import AgencyState
from market.base.clock import end_of_day
from market.catalogue.models import Band, Edition, Entry, FeeItem
from market.catalogue.models.price import LISTED
from market.catalogue.queries.bundles import BundleRow, bundles_of
from market.catalogue.queries.difference import counts_of_steps
from market.catalogue.rules import EditionState, Payer, Pricing
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.pages.queries.editions import EditionFacts, all_published
from market.pages.queries.shelf import most_marked
from market.store.db import db

WINDOW = 6
"""How many tags stand in the shop window: most marked, priced by the list, free."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Admitted agencies, marked prices in force, and what `n` accepted contracts promised and took, in working days.

    Medians are None without contracts; `saved_days` is what all of them took less than promised (negative: more).
    """

    agencies: int
    offers: int
    n: int
    promised_days: int | None
    actual_days: int | None
    saved_days: int


@dataclass(frozen=True, slots=True)
class Remarked:
    """So many marked prices stand to what the same agency asked for the same service a year ago as `ratio` to 1."""

    ratio: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is the same all day: the bundles, how prices moved in a year, and what the edition in force changed.

    `changes` is empty for the first edition; `before` is then None.
    """

    bundles: Sequence[BundleRow]
    remarked: Sequence[Remarked]
    before: EditionFacts | None
    changes: Mapping[str, int]


def figures(edition_id: int) -> Figures:
    """Two queries, whatever the number of rows."""
    agencies = select(func.count()).select_from(Agency).where(Agency.state == AgencyState.ADMITTED).scalar_subquery()
    offers = select(func.count()).select_from(Offer).where(serving(), Offer.edition_id == edition_id).scalar_subquery()
    counted = db.session.execute(select(agencies, offers)).one()
    # Grouped by the numbers of days there are few rows, however many contracts.
    days = (Contract.promised_days, Contract.actual_days)
    query = select(*days, func.count()).where(Contract.state == ContractState.ACCEPTED).group_by(*days)
    groups = [(promised, actual or 0, count) for promised, actual, count in db.session.execute(query)]
    saved = sum((promised - actual) * count for promised, actual, count in groups)
    promised = _median([(promised, count) for promised, _actual, count in groups])
    actual = _median([(actual, count) for _promised, actual, count in groups])
    return Figures(int(counted[0]), int(counted[1]), promised[0], promised[1], actual[1], saved)


def _median(groups: Sequence[tuple[int, int]]) -> tuple[int, int | None]:
    """How many values there are, and the lower median of them."""
    n = sum(count for _value, count in groups)
    passed = 0
    for value, count in sorted(groups):
        passed += count
        if 2 * passed >= n:
            return n, value
    return 0, None


_kept: dict[tuple[EditionFacts, date], DayFacts] = {}


@event.listens_for(Engine, "engine_disposed")
def _forget(_engine: Engine) -> None:
    """Another database may follow."""
    _kept.clear()


def day_facts(edition: EditionFacts, today: date) -> DayFacts:
    """The facts of a day, as they stood when it began. Four queries the first time in a process, then none."""
    found = _kept.get((edition, today))
    if found is None:
        _kept.clear()
        begun = [one for one in all_published() if one.effective_from <= today and one.id != edition.id]
        before = max(begun, key=lambda one: (one.effective_from, one.number), default=None)
        pair = (before.id, edition.id) if before else None
        changes = counts_of_steps([pair])[pair] if pair else {}
        found = DayFacts(bundles_of(edition.id), remarked(today), before, changes)
        _kept[edition, today] = found
    return found


def remarked(today: date) -> list[Remarked]:
    """How the marked prices at the end of yesterday stand to those of a year before. One query.

    Each by the edition in force on its day. Only what can be compared: a market price of one sum, or of one price a
    unit, of the same kind and unit both times.
    """
    now, then = aliased(Offer), aliased(Offer)
    band, old = aliased(Band), aliased(Band)
    item, old_item = aliased(FeeItem), aliased(FeeItem)
    yesterday = today - timedelta(days=1)
    year_ago = yesterday - timedelta(days=365)
    prices = (old.y0, old.slope_num, old.slope_den, band.y0, band.slope_num, band.slope_den)
    query = (
        select(*prices, func.count())
        .select_from(now)
        .join(then, and_(then.agency_id == now.agency_id, then.service_id == now.service_id))
        .join(band, band.id == _only_band(now))
        .join(old, old.id == _only_band(then))
        .join(item, item.id == band.fee_item_id)
        .join(old_item, old_item.id == old.fee_item_id)
        .where(*_stood(now, yesterday), *_stood(then, year_ago), *_plain(band), *_plain(old))
        .where(item.name_zh == old_item.name_zh, item.unit == old_item.unit)
        .where(item.steps_per_unit == old_item.steps_per_unit)
        .group_by(*prices)
    )
    found = []
    for y0, num, den, y1, num1, den1, count in db.session.execute(query):
        if y0 and y1 and not num and not num1:
            found.append(Remarked(Fraction(y1, y0), count))
        elif num and num1 and not y0 and not y1:
            found.append(Remarked(Fraction(num1, den1) / Fraction(num, den), count))
    return found


def _only_band(offer: Any) -> Any:
    """The band of an offer that has but one; a null for any other."""
    of = select(func.min(OfferBand.band_id)).where(OfferBand.offer_id == offer.id)
    return of.having(func.count() == 1).correlate(offer).scalar_subquery()


def _stood(offer: Any, day: date) -> list[Any]:
    """The conditions that a market price was in force when a day ended."""
    edition = (
        select(Edition.id)
        .where(Edition.state == EditionState.PUBLISHED, Edition.effective_from <= day)
        .order_by(Edition.effective_from.desc(), Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    end = end_of_day(day)
    held = or_(offer.withdrawn_at.is_(None), offer.withdrawn_at >= end)
    return [offer.edition_id == edition, offer.marked_at < end, held, offer.pricing == Pricing.MARKET_REGULATED]


def _plain(band: Any) -> list[Any]:
    return [band.q_from == 0, band.float_high == band.float_den]


def shop_window(edition_id: int) -> list[str]:
    """The codes of the entries in the shop window, in order. Two queries."""
    marked = most_marked(edition_id, WINDOW - 3)
    priced = exists().where(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED, Band.payer == Payer.APPLICANT)
    counted = select(func.count()).where(Offer.entry_id == Entry.id, serving())
    marked_by = counted.correlate(Entry).scalar_subquery()
    governed = (
        select(Entry.code, Entry.pricing)
        .where(Entry.edition_id == edition_id, Entry.pricing != Pricing.MARKET_REGULATED, Entry.code.not_in(marked))
        .where(exists().where(FeeItem.entry_id == Entry.id, priced) | (Entry.pricing == Pricing.FISCAL))
        .order_by(marked_by.desc(), Entry.position)
    )
    found = db.session.execute(governed).all()
    listed = [code for code, pricing in found if pricing != Pricing.FISCAL]
    free = [code for code, pricing in found if pricing == Pricing.FISCAL]
    return [*marked, *listed[:2], *free][:WINDOW]
