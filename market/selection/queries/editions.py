"""What a change of edition means for requests: what is no longer listed, and why a rule ended one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from market.base.errors import Gone, NotFound
from market.catalogue.models import CleanUp, Edition, Entry
from market.catalogue.queries import edition_in_force, entry_of
from market.catalogue.rules import EditionState, Handling
from market.journal.models import JournalRow
from market.selection.models import Request
from market.selection.rules import CANCELLED_BY_RULE, RequestState
from market.store.db import db


@dataclass(frozen=True, slots=True)
class OffTheList:
    """A service that was listed and is no more, or an item that a clean-up decision took off.

    `last_edition` and `since` are null where no edition of this list ever had it; the decision is empty where none
    is on record.
    """

    code: str
    name_zh: str
    name_en: str
    act_zh: str
    act_en: str
    legal_basis: str
    last_edition: int | None
    since: date | None
    decision: str = ""
    handling: str = ""
    handling_text: str = ""
    clean_up_id: int | None = None

    @property
    def report(self) -> dict[str, Any]:
        """What the form that reports a demand for it is to know."""
        if self.clean_up_id is not None:
            return {"kind": "demanded_outside", "removed": str(self.clean_up_id)}
        return {"kind": "demanded_outside", "service": self.code, "said": self.name_zh}

    @property
    def refusal(self) -> Gone:
        """What whoever asks for it is told: `service.abolished` with its decision, or `service.off_the_list`."""
        if self.decision:
            return Gone("service.abolished", service=self.name_zh, decision=self.decision)
        return Gone("service.off_the_list", service=self.name_zh, edition=self.last_edition, day=self.since)


def off_the_list(code: str, on: date) -> OffTheList | None:
    """What a code was that an earlier edition listed and the one in force on a day does not; None for any other."""
    edition = edition_in_force(on)
    query = (
        select(Entry)
        .join(Edition, Edition.id == Entry.edition_id)
        .where(Entry.code == code, Edition.state == EditionState.PUBLISHED, Edition.effective_from <= on)
        .order_by(Edition.effective_from.desc())
        .limit(1)
        .options(joinedload(Entry.act), joinedload(Entry.edition))
    )
    last = db.session.scalar(query)
    if last is None or last.edition_id == edition.id:
        return None
    since = select(func.min(Edition.effective_from)).where(
        Edition.state == EditionState.PUBLISHED, Edition.effective_from > last.edition.effective_from
    )
    decided = _decision_on(last.name_zh, edition)
    return OffTheList(
        code=last.code, name_zh=last.name_zh, name_en=last.name_en, act_zh=last.act.name_zh, act_en=last.act.name_en,
        legal_basis=last.legal_basis, last_edition=last.edition.number, since=db.session.scalar(since),
        **(_said(decided) if decided else {}),
    )  # fmt: skip


def taken_off(name: str, on: date) -> OffTheList | None:
    """An item of that name which a clean-up decision abolished, by the edition in force on a day."""
    decided = _decision_on(name, edition_in_force(on))
    if decided is None or decided.handling != Handling.ABOLISHED:
        return None
    return OffTheList(
        code="", name_zh=decided.name_zh, name_en="", act_zh=decided.act_name_zh, act_en="", legal_basis="",
        last_edition=None, since=None, **_said(decided),
    )  # fmt: skip


def _decision_on(name: str, edition: Edition) -> CleanUp | None:
    query = select(CleanUp).where(CleanUp.edition_id == edition.id, CleanUp.name_zh == name)
    return db.session.scalar(query.order_by(CleanUp.handling != Handling.ABOLISHED, CleanUp.id).limit(1))


def _said(decided: CleanUp) -> dict[str, Any]:
    return {
        "decision": decided.decision,
        "handling": decided.handling,
        "handling_text": decided.handling_text,
        "clean_up_id": decided.id,
    }


def listed_entry(code: str, on: date) -> Entry:
    """The entry of a code in the edition in force on a day.

    Refuses what is off the list as Gone, naming the decision where there is one (`service.abolished`,
    `service.off_the_list`), and what never was on it as `service.not_listed`.
    """
    try:
        return entry_of(code, edition_in_force(on))
    except NotFound:
        gone = off_the_list(code, on) or taken_off(code, on)
        if gone is None:
            raise
        raise gone.refusal from None


def published_editions_lock() -> Select[Any]:
    """The rows to lock while an edition comes into force: of two that bring it, the second finds it done."""
    return select(Edition.id).where(Edition.state == EditionState.PUBLISHED).order_by(Edition.id)


def unlisted_refs(edition: Edition) -> list[str]:
    """Open requests of other editions whose service this edition has not, oldest first. One query."""
    listed = exists().where(Entry.edition_id == edition.id, Entry.service_id == Request.service_id)
    query = select(Request.ref).where(Request.state == RequestState.OPEN, Request.edition_id != edition.id, ~listed)
    return list(db.session.scalars(query.order_by(Request.id)))


def rule_ground(log: Sequence[JournalRow]) -> tuple[str, dict[str, Any]] | None:
    """Code and facts of the sentence why the clock cancelled a request, from its rows in the journal."""
    last = next((row for row in reversed(log) if row.act == CANCELLED_BY_RULE), None)
    if last is None or last.payload is None:
        return None
    return ("request.unlisted_by_decision" if last.payload["decision"] else "request.unlisted"), last.payload
