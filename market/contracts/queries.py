"""Read contracts: by their two parties and nobody else, and in figures for everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.base.errors import NotFound
from market.base.people import Actor
from market.catalogue.listing import item_of, relist
from market.catalogue.models import Entry, FeeItem, Priced
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.selection.models import Award, Quote, QuoteLine, Request
from market.selection.rules import AwardState, Method
from market.store.db import db


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A priced row for people: its fee item, the lawful floor and ceiling in fen, and the steps that lead to them."""

    id: int
    item: FeeItem
    row: Priced
    floor_fen: int
    ceiling_fen: int
    trace: Sequence[Any]


@dataclass(frozen=True, slots=True)
class AwardWaiting:
    """An award of the buyer that has no contract yet."""

    ref: str
    title: str
    agency: str
    decided_at: datetime
    promised_days: int


@dataclass(frozen=True, slots=True)
class Days:
    """Working days of `n` accepted contracts: promised and actual in all, and how many were in time."""

    n: int
    promised: int
    actual: int
    in_time: int

    @property
    def promised_milli(self) -> int:
        """The mean of the promised days in thousandths."""
        return (2000 * self.promised + self.n) // (2 * self.n)

    @property
    def actual_milli(self) -> int:
        """The mean of the actual days in thousandths."""
        return (2000 * self.actual + self.n) // (2 * self.n)


def is_party(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor's organisation is buyer or agency of a contract."""
    mine = select(Agency.id).where(Agency.organisation_id == actor.organisation)
    return or_(Contract.organisation_id == actor.organisation, Contract.agency_id.in_(mine))


def contract_of(actor: Actor, ref: str) -> Contract:
    """The contract with everything its page shows, for either party; NotFound("contract.not_found") for others."""
    query = select(Contract).where(Contract.ref == ref, is_party(actor)).options(*_whole())
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("contract.not_found")
    return found


def _whole() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Contract.organisation),
        joinedload(Contract.agency).joinedload(Agency.organisation),
        joinedload(Contract.request).joinedload(Request.entry).joinedload(Entry.edition),
        selectinload(Contract.lines),
        selectinload(Contract.deliveries),
    )


def contract_lock(ref: str) -> Select[Any]:
    """The row to lock while a contract changes."""
    return select(Contract).where(Contract.ref == ref)


def contracts_of(actor: Actor, *, limit: int, offset: int = 0, state: str = "") -> list[Contract]:
    """The party's contracts, newest first, with parties, lines and the listed service; optionally of one state."""
    query = select(Contract).where(*_listed(actor, state)).order_by(Contract.id.desc()).limit(limit).offset(offset)
    options = (
        joinedload(Contract.organisation),
        joinedload(Contract.agency).joinedload(Agency.organisation),
        joinedload(Contract.request).joinedload(Request.entry),
        selectinload(Contract.lines),
    )
    return list(db.session.scalars(query.options(*options)))


def _listed(actor: Actor, state: str) -> list[ColumnElement[bool]]:
    return [is_party(actor), *([Contract.state == state] if state else [])]


def count_of(actor: Actor) -> Mapping[str, int]:
    """How many contracts the party has, by state."""
    query = select(Contract.state, func.count()).where(is_party(actor)).group_by(Contract.state)
    return dict(iter(db.session.execute(query)))


def waiting_for(actor: Actor) -> list[Contract]:
    """What waits for this party: the agency's signatures and deliveries, the buyer's acceptances; oldest first."""
    mine = select(Agency.id).where(Agency.organisation_id == actor.organisation)
    agency_turn = Contract.state.in_((ContractState.PROPOSED, ContractState.IN_SERVICE)) & Contract.agency_id.in_(mine)
    buyer_turn = (Contract.state == ContractState.DELIVERED) & (Contract.organisation_id == actor.organisation)
    query = select(Contract).where(or_(agency_turn, buyer_turn)).order_by(Contract.id)
    options = (joinedload(Contract.agency).joinedload(Agency.organisation), joinedload(Contract.request))
    return list(db.session.scalars(query.options(*options, joinedload(Contract.organisation))))


def awards_waiting(actor: Actor) -> list[AwardWaiting]:
    """The buyer's awards without a contract, oldest first."""
    query = (
        select(Award.ref, Request.title, Organisation.name, Award.decided_at, Quote.promised_days)
        .join(Request, Request.id == Award.request_id)
        .join(Quote, Quote.id == Award.quote_id)
        .join(Agency, Agency.id == Award.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .where(Request.organisation_id == actor.organisation, Award.state == AwardState.ACTIVE)
        .where(~select(Contract.id).where(Contract.award_id == Award.id).exists())
        .order_by(Award.id)
    )
    return [AwardWaiting(*row) for row in db.session.execute(query)]


def declined_after_draw() -> list[str]:
    """Requests decided by a draw whose award stands although its contract was declined. One query."""
    query = (
        select(Request.ref)
        .join(Award, Award.request_id == Request.id)
        .join(Contract, Contract.award_id == Award.id)
        .where(Request.method == Method.RANDOM, Award.state == AwardState.ACTIVE)
        .where(Contract.state == ContractState.DECLINED)
        .order_by(Request.id)
    )
    return list(db.session.scalars(query))


def award_of(actor: Actor, ref: str) -> tuple[Award, Request]:
    """The buyer's own award with its request; NotFound("contract.no_award")."""
    query = (
        select(Award, Request)
        .join(Request, Request.id == Award.request_id)
        .where(Award.ref == ref, Request.organisation_id == actor.organisation)
        .options(joinedload(Request.entry).joinedload(Entry.edition))
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound("contract.no_award")
    return found[0], found[1]


def contract_for(award: Award) -> Contract | None:
    """The contract that exists for an award."""
    return db.session.scalar(select(Contract).where(Contract.award_id == award.id))


def quote_of(award: Award) -> Quote:
    """The awarded quote with its agency and priced lines."""
    query = select(Quote).where(Quote.id == award.quote_id)
    options = (selectinload(Quote.lines), joinedload(Quote.agency).joinedload(Agency.organisation))
    return db.session.scalars(query.options(*options)).one()


def organisation_of_agency(agency_id: int) -> Organisation:
    """The organisation behind an agency."""
    query = select(Organisation).join(Agency, Agency.organisation_id == Organisation.id).where(Agency.id == agency_id)
    return db.session.scalars(query).one()


def priced_lines(rows: Iterable[Any]) -> list[PricedLine]:
    """Rows of one kind (quote, contract or fee lines) with fee item, lawful bounds and trace; one query."""
    given: Sequence[Any] = list(rows)
    query = select(FeeItem).where(FeeItem.id.in_({row.fee_item_id for row in given}))
    items = {item.id: item for item in db.session.scalars(query)}
    return [_priced(row, items[row.fee_item_id]) for row in given]


def _priced(row: Any, item: FeeItem) -> PricedLine:
    listed = relist(row, amount_fen=row.amount_fen)
    return PricedLine(row.id, item, row, listed.floor_fen, listed.ceiling_fen, listed.trace(item_of(item)))


def total(lines: Iterable[QuoteLine | Any]) -> int:
    """The sum of priced rows in fen."""
    return sum(line.amount_fen for line in lines)


def days_of(agency_ids: Iterable[int]) -> dict[int, Days]:
    """Promised and actual working days of agencies over their accepted contracts; those without any are left out."""
    return _days(Contract.agency_id, agency_ids)


def days_of_services(service_ids: Iterable[int]) -> dict[int, Days]:
    """The same of services, over all agencies and editions."""
    return _days(Contract.service_id, service_ids)


def _days(by: InstrumentedAttribute[int], ids: Iterable[int]) -> dict[int, Days]:
    in_time = func.sum(case((Contract.actual_days <= Contract.promised_days, 1), else_=0))
    query = (
        select(by, func.count(), func.sum(Contract.promised_days), func.sum(Contract.actual_days), in_time)
        .where(by.in_(list(ids)), Contract.state == ContractState.ACCEPTED)
        .group_by(by)
    )
    # PostgreSQL sums bigints into numerics.
    return {key: Days(*(int(figure) for figure in figures)) for key, *figures in db.session.execute(query)}
