"""What public notices show beside the request: how many there are of each state, and the contract that followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from market.accounts.models import Organisation
from market.catalogue.models import Entry
from market.contracts.models import Contract
from market.selection.models import Request
from market.store.db import db


def counts_by_state() -> dict[str, int]:
    """How many published requests are in which state. One query."""
    query = select(Request.state, func.count()).where(Request.published_at.is_not(None)).group_by(Request.state)
    return dict(iter(db.session.execute(query)))


def contract_of_request(request_id: int) -> Contract | None:
    """The newest contract that followed a request; its dates and days are public, its terms are not. One query."""
    query = select(Contract).where(Contract.request_id == request_id).order_by(Contract.id.desc()).limit(1)
    return db.session.scalar(query)


@dataclass(frozen=True, slots=True)
class FoundNotice:
    """A public notice as search shows it; `happened_at` is its last public event."""

    ref: str
    title: str
    state: str
    name_zh: str
    name_en: str
    buyer: str
    happened_at: datetime


def notices_by_ref(refs: Sequence[str]) -> list[FoundNotice]:
    """Public notices by their references, in the order given. One query."""
    happened = func.coalesce(Request.closed_at, Request.published_at)
    query = (
        select(Request.ref, Request.title, Request.state, Entry.name_zh, Entry.name_en, Organisation.name, happened)
        .join(Entry, Entry.id == Request.entry_id)
        .join(Organisation, Organisation.id == Request.organisation_id)
        .where(Request.ref.in_(refs), Request.published_at.is_not(None))
    )
    found = {row[0]: FoundNotice(*row) for row in db.session.execute(query)} if refs else {}
    return [found[ref] for ref in refs if ref in found]
