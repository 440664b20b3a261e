"""What the comparison of one service's marked prices is made of. Five queries, whatever the number of prices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache, reduce
from operator import add, itemgetter
from typing import Any, NamedTuple, Protocol, cast

from sqlalchemy import BigInteger, Select, and_, bindparam, case, func, null, or_, select
from sqlalchemy.orm import aliased

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries import OfferRow
from market.agencies.queries.holding import NOW
from market.agencies.queries.serving import TODAY, serving_of
from market.agencies.queries.standing import newest_grade
from market.base import clock
from market.catalogue.listing import Ask
from market.catalogue.models import Band, EntryRegion, Region
from market.catalogue.queries.ceiling import ceiling_of
from market.contracts.models import Contract
from market.contracts.queries import Days
from market.contracts.rules import ContractState
from market.store.db import db

PAST_YEAR = timedelta(days=365)
_RUNNING = (ContractState.IN_SERVICE, ContractState.DELIVERED)


class Place(NamedTuple):
    """A region that a reader may compare for."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Jobs:
    """An agency's jobs of one service: how many run now, and the days of those accepted in the past year."""

    running: int = 0
    days: Days | None = None


NO_JOBS = Jobs()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which marked prices are compared: an entry's, that serve in a region at a moment; `graded`: with the grades."""

    entry_id: int
    region: str
    moment: datetime
    graded: bool

    def asked(self) -> dict[str, Any]:
        """The parameters of the statements."""
        return {"entry": self.entry_id, NOW.key: self.moment, TODAY.key: clock.china_date(self.moment)}


class Marked(Protocol):
    """A marked price for the quantities asked, as far as it decides where a row stands; `grade` only if asked for.

    The database's own rows: thousands are read for each page, and making anything else of them takes time.
    """

    offer_id: int
    agency_id: int
    promised_days: int
    capacity: int | None
    grade: str | None
    total_fen: int | None


def places(entry_id: int) -> list[Place]:
    """The regions of an entry and what lies in them; all of them where the list names none. One query."""
    limited = and_(EntryRegion.region_code == Region.code, EntryRegion.entry_id == entry_id)
    query = select(Region.code, Region.name_zh, Region.name_en, Region.parent_code, EntryRegion.id.is_not(None))
    rows = db.session.execute(query.outerjoin(EntryRegion, limited).order_by(Region.code)).all()
    parents = {row[0]: row[3] for row in rows}
    named = {row[0] for row in rows if row[4]}

    def inside(code: str | None) -> bool:
        return code is not None and (code in named or inside(parents.get(code)))

    return [Place(*row[:3]) for row in rows if not named or inside(row[0])]


def marks_at(scope: Scope, asks: Sequence[Ask]) -> list[Marked]:
    """Every marked price that serves there and then, one an agency; the lowest first, who has none at the end.

    The price is the sum of the ceilings of what is asked, as `calculator.compare` makes it from one offer's bands, and
    None where they do not reach. One query, and no row has more than is needed to put it in order.
    """
    asked = scope.asked()
    for number, ask in enumerate(asks):
        asked |= {f"item{number}": ask.fee_item.id, f"quantity{number}": ask.quantity}
        asked |= {f"coefficient{number}": ask.coefficient, "payer": ask.payer}
    # Past the session, which adds a third to the time of thousands of plain rows.
    rows = db.session.connection().execute(_marks(scope.region, len(asks), graded=scope.graded), asked)
    return cast(list[Marked], rows.all())


def totals(marks: Sequence[Marked]) -> list[int]:
    """The prices that there are, in fen, in the order of `marks_at`."""
    # By place: to ask thousands of rows by name takes milliseconds.
    rows: Sequence[Any] = marks
    return [total for total in map(itemgetter(-1), rows) if total is not None]


def offers_by_id(offer_ids: Sequence[int]) -> dict[int, OfferRow]:
    """Marked prices with all their bands, by id. One query."""
    return offer_rows(db.session.execute(_by_id(), {"offers": offer_ids}))


def offers_at(scope: Scope) -> dict[int, OfferRow]:
    """Every marked price that serves there and then with all its bands, by id. One query."""
    query = whole_offers().where(serving_of(bindparam("entry"), region=scope.region))
    return offer_rows(db.session.execute(query, scope.asked()))


def offer_rows(rows: Iterable[Any]) -> dict[int, OfferRow]:
    """The rows of `whole_offers`, a band each, as marked prices by id."""
    facts: dict[int, Sequence[Any]] = {}
    bands: dict[int, dict[int, list[Band]]] = defaultdict(lambda: defaultdict(list))
    for *row, band in rows:
        facts[row[0]] = row
        bands[row[0]][band.fee_item_id].append(band)
    whole = {offer: [*row, bands[offer]] for offer, row in facts.items()}
    return {offer: OfferRow(*values) for offer, values in whole.items()}


def reach_at(scope: Scope, fee_item_ids: Sequence[int]) -> dict[int, list[Band]]:
    """By fee item, one band for each interval of quantity that marked prices reach, in order. Two queries."""
    found: dict[int, list[Band]] = defaultdict(list)
    ids = db.session.scalars(_intervals(scope.region), scope.asked() | {"items": fee_item_ids}).all()
    for band in db.session.scalars(select(Band).where(Band.id.in_(ids)).order_by(Band.q_to)):
        found[band.fee_item_id].append(band)
    return found


def marking(entry_id: int) -> Select[int]:
    """The statement that finds every agency with a marked price for an entry: figures of thousands are asked by it."""
    return select(Offer.agency_id).where(Offer.entry_id == entry_id)


def jobs_of(service_id: int, agency_ids: Sequence[int] | Select[int], now: datetime) -> dict[int, Jobs]:
    """The jobs of agencies in one service, in any edition and region; who has none is left out. One query."""
    query = _jobs().where(Contract.agency_id.in_(agency_ids))
    found = {}
    for agency, running, *figures in db.session.execute(query, {"service": service_id, "since": now - PAST_YEAR}):
        # PostgreSQL sums bigints into numerics.
        days = [int(figure or 0) for figure in figures]
        found[agency] = Jobs(int(running or 0), Days(*days) if days[0] else None)
    return found


# Statements are built once: building one costs more than asking it.


@lru_cache(maxsize=256)
def _marks(region: str, asked: int, *, graded: bool) -> Select[*tuple[Any, ...]]:
    """`region` is one that exists: what strangers type fills no cache."""
    prices = [_prices(number) for number in range(asked)]
    total = func.nullif(reduce(add, (one.c.price for one in prices)), 0) if prices else null()
    price = total.label("total_fen")
    grade = (newest_grade(Offer.agency_id) if graded else null()).label("grade")
    query = select(Offer.id.label("offer_id"), Offer.agency_id, Offer.promised_days, Offer.capacity, grade, price)
    for one in prices:
        query = query.outerjoin(one, one.c.offer_id == Offer.id)
    query = query.where(serving_of(bindparam("entry"), region=region))
    return query.order_by(price.nulls_last(), Offer.promised_days, Offer.id)


def _prices(number: int) -> Any:
    """The prices of one of the quantities by offer: of its bands, which do not overlap, at most one reaches it.

    Read as a set before it is joined to the offers: asked of each offer by itself, it takes PostgreSQL twice the time.
    """
    quantity: Any = bindparam(f"quantity{number}", type_=BigInteger())
    band, mine = aliased(Band), aliased(OfferBand)
    ceiling = ceiling_of(band, quantity, bindparam(f"coefficient{number}", type_=BigInteger()))
    item: Any = bindparam(f"item{number}")
    reaches = and_(band.q_from < quantity, band.q_to >= quantity, band.payer == bindparam("payer"))
    return (
        select(mine.offer_id, func.max(ceiling).label("price"))
        .outerjoin(band, and_(band.id == mine.band_id, band.fee_item_id == item, reaches))
        .where(mine.fee_item_id == item)
        .group_by(mine.offer_id)
        .subquery()
    )


@cache
def whole_offers() -> Select[*tuple[Any, ...]]:
    """Marked prices with their agency and its newest grade, a row for each band."""
    return (
        select(
            Offer.id, Offer.version, Offer.promised_days, Offer.marked_at, Agency.id, Agency.ref, Organisation.name,
            Organisation.id, newest_grade(Agency.id), Offer.region_code, Offer.capacity, Band,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .join(Band, Band.id == OfferBand.band_id)
        .order_by(Offer.id, Band.q_to)
    )  # fmt: skip


@cache
def _by_id() -> Select[*tuple[Any, ...]]:
    return whole_offers().where(Offer.id.in_(bindparam("offers", expanding=True)))


@lru_cache(maxsize=256)
def _intervals(region: str) -> Select[int]:
    return (
        select(func.min(Band.id))
        .join(OfferBand, OfferBand.band_id == Band.id)
        .join(Offer, Offer.id == OfferBand.offer_id)
        .where(serving_of(bindparam("entry"), region=region))
        .where(Band.fee_item_id.in_(bindparam("items", expanding=True)))
        .group_by(Band.fee_item_id, Band.q_from, Band.q_to)
    )


@cache
def _jobs() -> Select[*tuple[Any, ...]]:
    running = Contract.state.in_(_RUNNING)
    recent = and_(Contract.state == ContractState.ACCEPTED, Contract.accepted_at >= bindparam("since"))
    in_time = and_(recent, Contract.actual_days <= Contract.promised_days)
    return (
        select(
            Contract.agency_id,
            func.sum(case((running, 1), else_=0)),
            func.sum(case((recent, 1), else_=0)),
            func.sum(case((recent, Contract.promised_days), else_=0)),
            func.sum(case((recent, Contract.actual_days), else_=0)),
            func.sum(case((in_time, 1), else_=0)),
        )
        .where(Contract.service_id == bindparam("service"), or_(running, recent))
        .group_by(Contract.agency_id)
    )
