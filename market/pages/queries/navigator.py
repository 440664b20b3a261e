"""What a plan is made of, read in a fixed number of statements whatever the size of the bundle.

Four for what was chosen (acts, entries, rules, orders), three for prices: the list's own, the marks that reach a
quantity, and how many agencies mark at all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from market.agencies.models import Offer, OfferBand
from market.agencies.queries.serving import serving
from market.base.errors import NotFound
from market.base.pricing import Band as Line
from market.catalogue.models import (
    Act,
    Applicability,
    Band,
    Bundle,
    BundleAct,
    BundleOrder,
    CoefficientSet,
    EditionAct,
    Entry,
    EntryAct,
    FeeItem,
    Question,
)
from market.catalogue.models.price import LISTED
from market.catalogue.needs import Rule
from market.catalogue.queries.belongings import Several, read_several, several
from market.pages.queries.editions import EditionFacts
from market.pages.queries.item import Priced
from market.store.db import db


class BundleFacts(NamedTuple):
    """The bundle that was chosen."""

    code: str
    name_zh: str
    name_en: str


class ChosenAct(NamedTuple):
    """An act with its marks in this edition, in the bundle's order; `of_bundle`: it was not chosen by itself."""

    id: int
    kind: str
    name_zh: str
    name_en: str
    authority_zh: str
    authority_en: str
    promised_days: int | None
    tolerates_missing: bool
    by_commitment: bool
    in_parallel: bool
    rests_on: str
    of_bundle: bool


@dataclass(frozen=True, slots=True)
class ChosenEntry:
    """A service that a chosen act asks for: the first of the acts that do, and what the entry has several of."""

    entry: Entry
    act_id: int
    several: Several


class Order(NamedTuple):
    """One act must come before another, and on what that rests."""

    before: int
    after: int
    rests_on: str


class Asked(NamedTuple):
    """A question as the edition asks it."""

    code: str
    kind: str
    unit: str
    text_zh: str
    text_en: str
    options: Sequence[Mapping[str, str]]
    rests_on: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A bundle or some acts of an edition with everything that decides what is needed for them."""

    edition: EditionFacts
    bundle: BundleFacts | None
    acts: Sequence[ChosenAct]
    entries: Sequence[ChosenEntry]
    orders: Sequence[Order]
    rules: Sequence[Rule]
    questions: Sequence[Asked]


class Mark(NamedTuple):
    """A piece of an agency's marked price that reaches the quantity asked."""

    entry_id: int
    offer_id: int
    fee_item_id: int
    payer: str
    line: Line


class Market(NamedTuple):
    """How many agencies mark a fee item, and between which quantities (in steps) their marks reach."""

    offers: int
    q_from: int
    q_to: int


def chosen(edition: EditionFacts, bundle: str, acts: Sequence[int]) -> Chosen:
    """What was chosen in an edition, a bundle and further acts; NotFound("bundle.not_found"). At most four queries."""
    found, rows = _acts(edition.id, bundle, acts)
    if bundle and found is None:
        raise NotFound("bundle.not_found")
    entries = _entries(edition.id, [act.id for act in rows])
    rules, questions = _rules(edition.id, {one.entry.service_id: one.entry.id for one in entries})
    orders = _orders(edition.id, bundle) if found else []
    return Chosen(edition, found, rows, entries, orders, rules, questions)


def _acts(edition_id: int, code: str, acts: Sequence[int]) -> tuple[BundleFacts | None, list[ChosenAct]]:
    rows = db.session.execute(_acts_asked(), {"edition": edition_id, "code": code, "acts": list(acts)}).all()
    bundle = BundleFacts(*rows[0][:3]) if rows and rows[0][0] is not None else None
    return bundle, [ChosenAct(*row[3:]) for row in rows]


@cache
def _acts_asked() -> Select[*tuple[Any, ...]]:
    edition: Any = bindparam("edition")
    chosen_acts = Act.id.in_(bindparam("acts", expanding=True))
    return (
        select(
            Bundle.code, Bundle.name_zh, Bundle.name_en,
            Act.id, Act.kind, Act.name_zh, Act.name_en, Act.authority_zh, Act.authority_en, EditionAct.promised_days,
            EditionAct.tolerates_missing, EditionAct.by_commitment, EditionAct.in_parallel, EditionAct.rests_on,
            BundleAct.id.is_not(None),
        )
        .select_from(EditionAct)
        .join(Act, Act.id == EditionAct.act_id)
        .outerjoin(Bundle, and_(Bundle.edition_id == edition, Bundle.code == bindparam("code")))
        .outerjoin(BundleAct, and_(BundleAct.bundle_id == Bundle.id, BundleAct.act_id == Act.id))
        .where(EditionAct.edition_id == edition, or_(BundleAct.id.is_not(None), chosen_acts))
        .order_by(BundleAct.position.is_(None), BundleAct.position, Act.id)
    )  # fmt: skip


def _entries(edition_id: int, acts: Sequence[int]) -> list[ChosenEntry]:
    place = {act: number for number, act in enumerate(acts)}
    found: dict[int, ChosenEntry] = {}
    for entry, other, *columns in db.session.execute(_entries_asked(), {"edition": edition_id, "acts": list(acts)}):
        known = found.get(entry.id)
        mine = [act for act in (entry.act_id, other, known.act_id if known else None) if act in place]
        first = min(mine, key=lambda act: place[act])
        found[entry.id] = ChosenEntry(entry, first, known.several if known else read_several(columns))
    return list(found.values())


@cache
def _entries_asked() -> Select[*tuple[Any, ...]]:
    further = aliased(EntryAct)
    acts: Any = bindparam("acts", expanding=True)
    return (
        select(Entry, further.act_id, *several())
        .outerjoin(further, and_(further.entry_id == Entry.id, further.act_id.in_(acts)))
        .where(Entry.edition_id == bindparam("edition"), or_(Entry.act_id.in_(acts), further.id.is_not(None)))
        .order_by(Entry.position)
    )


def _rules(edition_id: int, entries: Mapping[int, int]) -> tuple[list[Rule], list[Asked]]:
    rules: list[Rule] = []
    questions: dict[str, Asked] = {}
    for *asked, rule in db.session.execute(_rules_asked(), {"edition": edition_id, "services": list(entries)}):
        questions[asked[0]] = Asked(*asked)
        if rule is not None:
            rules.append(
                Rule(
                    entries[rule.service_id], rule.alternative, rule.question_code, rule.operator, rule.value,
                    rule.reason_zh, rule.reason_en, rule.rests_on, rule.judged,
                )
            )  # fmt: skip
    return rules, list(questions.values())


@cache
def _rules_asked() -> Select[*tuple[Any, ...]]:
    both = and_(Question.edition_id == Applicability.edition_id, Question.code == Applicability.question_code)
    listed = and_(both, Applicability.service_id.in_(bindparam("services", expanding=True)))
    return (
        select(
            Question.code, Question.kind, Question.unit, Question.text_zh, Question.text_en, Question.options,
            Question.rests_on, Applicability,
        )
        .outerjoin(Applicability, listed)
        .where(Question.edition_id == bindparam("edition"))
        .order_by(Question.position, Question.id, Applicability.id)
    )  # fmt: skip


def _orders(edition_id: int, code: str) -> list[Order]:
    query = (
        select(BundleOrder.before_act_id, BundleOrder.after_act_id, BundleOrder.rests_on)
        .join(Bundle, Bundle.id == BundleOrder.bundle_id)
        .where(Bundle.edition_id == edition_id, Bundle.code == code)
        .order_by(BundleOrder.id)
    )
    return [Order(*row) for row in db.session.execute(query)]


def priced(entries: Sequence[int]) -> dict[int, list[Priced]]:
    """The fee items of entries with the list's own bands and the lawful coefficients, by entry. One query."""
    items: dict[int, tuple[FeeItem, list[Band], str]] = {}
    for item, band, values in db.session.execute(_priced_asked(), {"entries": list(entries)}):
        kept = items.setdefault(item.id, (item, [], values))
        if band is not None:
            kept[1].append(band)
    found: dict[int, list[Priced]] = defaultdict(list)
    for item, bands, values in items.values():
        found[item.entry_id].append(Priced(item, bands, sorted(int(value) for value in values.split(","))))
    return found


@cache
def _priced_asked() -> Select[*tuple[Any, ...]]:
    return (
        select(FeeItem, Band, CoefficientSet.values_text)
        .join(CoefficientSet, CoefficientSet.id == FeeItem.coefficient_set_id)
        .outerjoin(Band, and_(Band.fee_item_id == FeeItem.id, Band.agency_id == LISTED))
        .where(FeeItem.entry_id.in_(bindparam("entries", expanding=True)))
        .order_by(FeeItem.entry_id, FeeItem.position, Band.q_to)
    )


_LINE = (
    *(Band.payer, Band.q_from, Band.q_to, Band.q0, Band.y0, Band.slope_num, Band.slope_den, Band.float_low),
    *(Band.float_high, Band.float_den, Band.min_fen, Band.max_fen, Band.limits, Band.rounding),
)


def marks(quantities: Mapping[int, int]) -> list[Mark]:
    """The pieces of marked prices in force that reach each fee item's quantity (in steps). One query."""
    if not quantities:
        return []
    alike: dict[int, list[int]] = defaultdict(list)
    for item, quantity in quantities.items():
        alike[quantity].append(item)
    reached = [
        and_(Band.fee_item_id.in_(items), Band.q_from < quantity, Band.q_to >= quantity)
        for quantity, items in alike.items()
    ]
    query = (
        select(Offer.entry_id, Offer.id, Band.fee_item_id, *_LINE)
        .select_from(Band)
        .join(OfferBand, OfferBand.band_id == Band.id)
        .join(Offer, Offer.id == OfferBand.offer_id)
        .where(Band.agency_id > LISTED, or_(*reached), serving())
    )
    names = [column.key for column in _LINE]
    return [Mark(*row[:3], row[3], Line(**dict(zip(names, row[3:], strict=True)))) for row in db.session.execute(query)]


def market(entries: Sequence[int]) -> dict[int, dict[int, Market]]:
    """How many agencies mark each fee item of entries, by entry and fee item. One query."""
    found: dict[int, dict[int, Market]] = defaultdict(dict)
    for entry, item, *rest in db.session.execute(_market_asked(), {"entries": list(entries)}):
        found[entry][item] = Market(*rest)
    return found


# Statements are built once: building one costs more than asking it.


@cache
def _market_asked() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Offer.entry_id, Band.fee_item_id, func.count(Offer.id.distinct()), func.min(Band.q_from), func.max(Band.q_to)
        )
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .where(Offer.entry_id.in_(bindparam("entries", expanding=True)), serving())
        .group_by(Offer.entry_id, Band.fee_item_id)
    )  # fmt: skip
