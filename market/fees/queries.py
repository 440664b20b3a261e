"""Read fee notes: by the two parties of the contract."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from market.agencies.models import Agency
from market.base.errors import NotFound
from market.base.people import Actor
from market.catalogue.models import Entry
from market.contracts.models import Contract
from market.contracts.queries import is_party
from market.contracts.rules import ContractState
from market.fees.models import FeeLine, FeeNote, Payment
from market.fees.rules import FeeNoteState
from market.selection.models import Request
from market.store.db import db


def note_of(actor: Actor, ref: str) -> FeeNote:
    """The fee note with everything its page shows, for either party; NotFound("fee.not_found") for others."""
    query = select(FeeNote).join(Contract, Contract.id == FeeNote.contract_id)
    found = db.session.scalar(query.where(FeeNote.ref == ref, is_party(actor)).options(*_whole()))
    if found is None:
        raise NotFound("fee.not_found")
    return found


def note_of_contract(contract: Contract) -> FeeNote | None:
    """The fee note of a contract that the caller may read, if it was issued."""
    return db.session.scalar(select(FeeNote).where(FeeNote.contract_id == contract.id))


def note_lock(ref: str) -> Select[Any]:
    """The row to lock while a fee note changes."""
    return select(FeeNote).where(FeeNote.ref == ref)


def payments_of(note: FeeNote) -> list[Payment]:
    """The payments declared for a fee note, line by line."""
    return list(db.session.scalars(select(Payment).where(Payment.fee_note_id == note.id).order_by(Payment.id)))


def total_of(note: FeeNote) -> int:
    """The fee note's sum in fen."""
    query = select(func.sum(FeeLine.amount_fen)).where(FeeLine.fee_note_id == note.id)
    return int(db.session.scalar(query) or 0)


def totals_of(note_ids: Iterable[int]) -> dict[int, int]:
    """The sums of fee notes in fen."""
    query = select(FeeLine.fee_note_id, func.sum(FeeLine.amount_fen)).where(FeeLine.fee_note_id.in_(list(note_ids)))
    return {note: int(fen) for note, fen in db.session.execute(query.group_by(FeeLine.fee_note_id))}


def notes_of(actor: Actor, *, limit: int, offset: int = 0) -> list[FeeNote]:
    """The party's fee notes, newest first, with their contracts, parties and lines."""
    query = select(FeeNote).join(Contract, Contract.id == FeeNote.contract_id).where(is_party(actor))
    options = (*_parties(), selectinload(FeeNote.lines))
    return list(db.session.scalars(query.options(*options).order_by(FeeNote.id.desc()).limit(limit).offset(offset)))


def count_of(actor: Actor) -> int:
    """How many fee notes the party has."""
    query = select(func.count()).select_from(FeeNote).join(Contract, Contract.id == FeeNote.contract_id)
    return db.session.scalar(query.where(is_party(actor))) or 0


def waiting_for(actor: Actor) -> list[FeeNote]:
    """The fee notes that wait for this party: the buyer's payments and the agency's confirmations; oldest first."""
    mine = select(Agency.id).where(Agency.organisation_id == actor.organisation)
    payer = (FeeNote.state == FeeNoteState.ISSUED) & (Contract.organisation_id == actor.organisation)
    payee = (FeeNote.state == FeeNoteState.DECLARED) & Contract.agency_id.in_(mine)
    query = select(FeeNote).join(Contract, Contract.id == FeeNote.contract_id).where(or_(payer, payee))
    return list(db.session.scalars(query.options(*_parties(), selectinload(FeeNote.lines)).order_by(FeeNote.id)))


def not_issued(actor: Actor) -> list[Contract]:
    """The agency's accepted contracts without a fee note, oldest first."""
    mine = select(Agency.id).where(Agency.organisation_id == actor.organisation)
    query = select(Contract).where(Contract.agency_id.in_(mine), Contract.state == ContractState.ACCEPTED)
    query = query.where(~select(FeeNote.id).where(FeeNote.contract_id == Contract.id).exists()).order_by(Contract.id)
    return list(db.session.scalars(query.options(joinedload(Contract.organisation), joinedload(Contract.request))))


def _parties() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(FeeNote.contract).joinedload(Contract.organisation),
        joinedload(FeeNote.contract).joinedload(Contract.agency).joinedload(Agency.organisation),
        joinedload(FeeNote.contract).joinedload(Contract.request).joinedload(Request.entry),
    )


def _whole() -> tuple[ExecutableOption, ...]:
    entry = joinedload(FeeNote.contract).joinedload(Contract.request).joinedload(Request.entry)
    return (*_parties(), entry.joinedload(Entry.edition), selectinload(FeeNote.lines))
