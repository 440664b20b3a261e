"""Go along the chain to any point of it, through the actions: `make_contract(reach="accepted")`.

Each function opens its own transactions and returns plain facts.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from market.contracts import actions as contracts
from market.contracts.models import Contract, ContractLine
from market.fees import actions as fees
from market.fees import queries as fee_queries
from market.fees.models import FeeNote
from market.fees.rules import Declared
from market.ratings import actions as ratings
from market.ratings.rules import Factor, Given
from market.selection import actions as selection
from market.selection.actions import Amount, Terms
from market.selection.methods import Given as Chosen
from market.selection.models import Award
from market.selection.queries import request_of
from market.store.db import db
from market.store.transaction import transaction
from tests.make import MadeOffer, Person, make_department, make_enterprise, make_offer

REACHES = ("proposed", "in_service", "delivered", "accepted")
COMMENT = "报告按约定提前两天交付，数据完整。"


@dataclass(frozen=True)
class MadeAward:
    """An award with the people of both sides."""

    ref: str
    id: int
    request_ref: str
    buyer: Person
    offer: MadeOffer


@dataclass(frozen=True)
class MadeContract:
    """A contract with the people of both sides."""

    ref: str
    id: int
    line_ids: tuple[int, ...]
    award: MadeAward

    @property
    def buyer(self) -> Person:
        """Who buys."""
        return self.award.buyer

    @property
    def agency(self) -> Any:
        """Who serves."""
        return self.award.offer.agency


def make_award(*, offer: MadeOffer | None = None, buyer: Person | None = None, quantity: str = "1000") -> MadeAward:
    """Let an enterprise request a service and choose an agency's marked price."""
    offer = offer or make_offer()
    buyer = buyer or make_enterprise()
    amounts = {item: Amount(quantity) for item in offer.service.fee_item_ids}
    with transaction() as now:
        request = selection.draft_request(
            offer.service.code, Terms(amounts, "direct", "样例项目"), actor=buyer.actor, now=now
        )
        ref = request.ref
    with transaction() as now:
        selection.publish(request_of(buyer.actor, ref), actor=buyer.actor, now=now)
    with transaction() as now:
        award = selection.choose(request_of(buyer.actor, ref), Chosen(offer.agency.id), actor=buyer.actor, now=now)
        assert award is not None
        return MadeAward(award.ref, award.id, ref, buyer, offer)


def make_contract(
    *,
    reach: str = "accepted",
    award: MadeAward | None = None,
    offer: MadeOffer | None = None,
    buyer: Person | None = None,
    quantity: str = "1000",
) -> MadeContract:
    """Make a contract and take it to one of REACHES."""
    award = award or make_award(offer=offer, buyer=buyer, quantity=quantity)
    with transaction() as now:
        contract = contracts.propose(db.session.get_one(Award, award.id), "样例条款", actor=award.buyer.actor, now=now)
        lines = db.session.scalars(select(ContractLine.id).where(ContractLine.contract_id == contract.id))
        made = MadeContract(contract.ref, contract.id, tuple(sorted(lines)), award)
    for step in REACHES[1 : REACHES.index(reach) + 1]:
        go_on(made, step)
    return made


def go_on(made: MadeContract, to: str) -> None:
    """Take a contract to the next state."""
    with transaction() as now:
        contract = db.session.get_one(Contract, made.id)
        if to == "in_service":
            contracts.sign(contract, actor=made.agency.actor, now=now)
        elif to == "delivered":
            contracts.deliver(contract, contracts.Result("样例报告"), actor=made.agency.actor, now=now)
        else:
            contracts.accept(contract, actor=made.buyer.actor, now=now)


def make_fee_note(*, contract: MadeContract | None = None, reach: str = "issued") -> str:
    """Charge every line in full, and take the note to issued, declared or paid; returns its reference."""
    made = contract or make_contract()
    with transaction() as now:
        lines = db.session.scalars(select(ContractLine).where(ContractLine.contract_id == made.id)).all()
        amounts = {line.id: line.amount_fen for line in lines}
        note = fees.issue(db.session.get_one(Contract, made.id), amounts, actor=made.agency.actor, now=now)
        ref, total = note.ref, sum(amounts.values())
    for step in ("declared", "paid")[: ("issued", "declared", "paid").index(reach)]:
        with transaction() as now:
            note = db.session.scalars(select(FeeNote).where(FeeNote.ref == ref)).one()
            if step == "declared":
                fees.declare_payment(note, Declared("回单 1", total), actor=made.buyer.actor, now=now)
            else:
                fees.confirm_payment(note, actor=made.agency.actor, now=now)
    return ref


def levels(*five: int) -> dict[str, int]:
    """Levels in the order of Factor; one number stands for all five."""
    given = five if len(five) > 1 else five * len(Factor)
    return {factor.value: level for factor, level in zip(Factor, given, strict=True)}


def make_rating(*, contract: MadeContract | None = None, given: dict[str, int] | None = None) -> str:
    """Rate an accepted contract (4 on every factor unless said); returns the rating's reference."""
    made = contract or make_contract()
    with transaction() as now:
        said = Given(given or levels(4), COMMENT)
        rating = ratings.rate(db.session.get_one(Contract, made.id), said, actor=made.buyer.actor, now=now)
        return rating.ref


def loaded(made: MadeContract) -> Contract:
    """The contract in the session."""
    return db.session.get_one(Contract, made.id)


__all__ = [
    "COMMENT",
    "MadeAward",
    "MadeContract",
    "fee_queries",
    "go_on",
    "levels",
    "loaded",
    "make_award",
    "make_contract",
    "make_department",
    "make_fee_note",
    "make_rating",
]
