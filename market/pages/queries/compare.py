"""What the comparison of one service's marked prices is made of. Four queries, whatever the number of prices."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, or_, select

from market.accounts.models import Organisation
from market.agencies.models import Agency, Offer, OfferBand
from market.agencies.queries import OfferRow
from market.agencies.queries.holding import NOW
from market.agencies.queries.serving import TODAY, serving
from market.agencies.queries.standing import newest_grade
from market.base import clock
from market.catalogue.models import Band, EntryRegion, Region
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


def offers_at(entry_id: int, quantities: Mapping[int, int], *, region: str, moment: datetime) -> list[OfferRow]:
    """Every marked price that serves in a region at a moment, one an agency, with the bands that reach the quantities.

    `quantities` are in steps by fee item; a price that does not reach one of them has no band for it. One query.
    """
    asked: dict[str, Any] = {"entry": entry_id, NOW.key: moment, TODAY.key: clock.china_date(moment)}
    for number, (item, quantity) in enumerate(quantities.items()):
        asked |= {f"item{number}": item, f"quantity{number}": quantity}
    facts: dict[int, Sequence[Any]] = {}
    bands: dict[int, dict[int, list[Band]]] = defaultdict(lambda: defaultdict(list))
    for *row, band in db.session.execute(_offers(region, len(quantities)), asked):
        facts[row[0]] = row
        if band is not None:
            bands[row[0]][band.fee_item_id].append(band)
    whole = [[*row, bands[offer]] for offer, row in facts.items()]
    return [OfferRow(*values) for values in whole]


def jobs_of(service_id: int, agency_ids: Iterable[int], now: datetime) -> dict[int, Jobs]:
    """The jobs of agencies in one service, in any edition and region; who has none is left out. One query."""
    asked = {"service": service_id, "agencies": list(agency_ids), "since": now - PAST_YEAR}
    found = {}
    for agency, running, *figures in db.session.execute(_jobs(), asked):
        # PostgreSQL sums bigints into numerics.
        days = [int(figure or 0) for figure in figures]
        found[agency] = Jobs(int(running or 0), Days(*days) if days[0] else None)
    return found


# Statements are built once: building one costs more than asking it.


@lru_cache(maxsize=256)
def _offers(region: str, asked: int) -> Select[*tuple[Any, ...]]:
    """`region` is one that exists: what strangers type fills no cache."""
    return (
        select(
            Offer.id, Offer.version, Offer.promised_days, Offer.marked_at, Agency.id, Agency.ref, Organisation.name,
            Organisation.id, newest_grade(Agency.id), Offer.region_code, Offer.capacity, Band,
        )
        .join(Agency, Agency.id == Offer.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .join(OfferBand, OfferBand.offer_id == Offer.id)
        .outerjoin(Band, and_(Band.id == OfferBand.band_id, _reaches(asked)))
        .where(Offer.entry_id == bindparam("entry"), serving(region=region))
        .order_by(Offer.id, Band.q_to)
    )  # fmt: skip


def _reaches(asked: int) -> ColumnElement[bool]:
    def one(number: int) -> ColumnElement[bool]:
        quantity: Any = bindparam(f"quantity{number}")
        return and_(Band.fee_item_id == bindparam(f"item{number}"), Band.q_from < quantity, Band.q_to >= quantity)

    return or_(false(), *(one(number) for number in range(asked)))


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
        .where(Contract.agency_id.in_(bindparam("agencies", expanding=True)))
        .where(Contract.service_id == bindparam("service"), or_(running, recent))
        .group_by(Contract.agency_id)
    )
