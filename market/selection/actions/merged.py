"""Merged requests (合并采购需求): every act on all lots at once, and never on some of them only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select

from market.base import clock
from market.base.errors import BadState, BreaksRule, NotFound, Refusal
from market.base.people import Actor
from market.base.refs import RefKind
from market.catalogue.queries import edition_in_force
from market.journal.actions import record
from market.selection.actions.choice import choose_one, tell_chosen
from market.selection.actions.editions import accept_one
from market.selection.actions.requests import LONGEST_TITLE, Terms, cancel_one, obj, publish_one, rewrite
from market.selection.actions.telling import call_agencies, tell_cancelled, tell_chosen_for_all
from market.selection.methods import METHODS, Given
from market.selection.models import Award, MergedRequest, QuoteLine, Request, RequestLot
from market.selection.queries import Merged, compare_together, items_of_lots
from market.selection.rules import Method, RequestState
from market.store.db import db
from market.store.references import next_reference

FEWEST_LOTS = 2


@dataclass(frozen=True, slots=True)
class Left:
    """A service for which something was not done, and why."""

    code: str
    refusal: Refusal


class LotsRefused(BreaksRule):
    """An act on all lots was refused, and nothing of it was done: `left` says why, lot by lot."""

    def __init__(self, left: Sequence[Left]) -> None:
        super().__init__("merged.lots_refused")
        self.left = left


def lot_title(title: str, service: str) -> str:
    """How a lot is named beside its sisters: the service, and what it is a part of."""
    return f"{service}（{title}）"[:LONGEST_TITLE]


def merge(group: str, drafts: Sequence[Request], *, actor: Actor, now: datetime) -> MergedRequest:
    """Make drafts that were just written the lots of one merged request, whose title is the group's name."""
    first = drafts[0]
    _require_no_draw(first.method)
    head = MergedRequest(
        ref=next_reference(RefKind.MERGED_REQUEST, now), organisation_id=first.organisation_id,
        edition_id=first.edition_id, group_name=group, title=group[:LONGEST_TITLE], case_number=first.case_number,
        created_at=now, created_by=actor.id,
    )  # fmt: skip
    db.session.add(head)
    db.session.flush()
    _bind(head, drafts)
    payload = {"group": group, "lots": [one.ref for one in drafts]}
    record("merged.draft", _obj(head), actor=actor, payload=payload, now=now)
    return head


def _require_no_draw(method: str) -> None:
    found = METHODS.get(method)  # type: ignore[call-overload]  # what a form sends may be any text
    if found is not None and found.draws:
        raise BreaksRule("merged.not_drawn")


def edit(merged: Merged, terms: Terms, *, actor: Actor, now: datetime) -> None:
    """Write all lots anew: what is common from `terms`, and of its amounts to each lot those of its own fee items.

    Refuses `merged.not_drafts`, `merged.edition_superseded`, and with LotsRefused what a draft refuses.
    """
    _require_drafts(merged, actor)
    _require_no_draw(terms.method)
    head = merged.head
    if edition_in_force(clock.china_date(now)).id != head.edition_id:
        raise BadState("merged.edition_superseded")
    title = terms.title.strip() or head.group_name
    if len(title) > LONGEST_TITLE:
        raise BreaksRule("request.title_needed")
    items = {entry: {item.id for item in found} for entry, found in items_of_lots(merged.lots).items()}

    def write(lot: Request) -> None:
        mine = {item: amount for item, amount in terms.amounts.items() if item in items[lot.entry_id]}
        own = replace(terms, amounts=mine, title=lot_title(title, lot.entry.name_zh))
        facts = rewrite(lot, own, actor=actor, now=now)
        record("request.edit", obj(lot), actor=actor, payload=facts, now=now)

    _each(merged.lots, write)
    head.title, head.case_number = title, terms.case_number.strip()
    db.session.flush()
    record("merged.edit", _obj(head), actor=actor, payload={"title": title}, now=now)


def accept_edition(merged: Merged, *, actor: Actor, now: datetime) -> None:
    """Write all drafts over to the edition in force; one that cannot follow refuses all (LotsRefused)."""
    _require_drafts(merged, actor)
    head, edition = merged.head, edition_in_force(clock.china_date(now))
    if edition.id == head.edition_id:
        return
    # A lot is bound to its merged request's edition, so that it is let go while both change.
    db.session.execute(delete(RequestLot).where(RequestLot.merged_request_id == head.id))
    before, head.edition_id = head.edition_id, edition.id
    db.session.flush()
    _each(merged.lots, lambda lot: accept_one(lot, actor=actor, now=now))
    _bind(head, merged.lots)
    record("merged.accept_edition", _obj(head), actor=actor, payload={"from": before, "to": edition.id}, now=now)


def take_out(merged: Merged, lot_ref: str, *, actor: Actor, now: datetime) -> bool:
    """Take a lot out of the drafts: it becomes a request alone. Returns whether a merged request is left.

    Where fewer than two lots would be left there is nothing to merge: the other becomes a request alone too.
    """
    _require_drafts(merged, actor)
    lot = next((one for one in merged.lots if one.ref == lot_ref), None)
    if lot is None:
        raise NotFound("request.not_found")
    stays = len(merged.lots) > FEWEST_LOTS
    going = [lot] if stays else merged.lots
    db.session.execute(delete(RequestLot).where(RequestLot.request_id.in_([one.id for one in going])))
    act = "merged.take_out" if stays else "merged.dissolve"
    record(act, _obj(merged.head), actor=actor, payload={"lots": [one.ref for one in going]}, now=now)
    if not stays:
        db.session.delete(merged.head)
    db.session.flush()
    return stays


def publish(merged: Merged, *, actor: Actor, now: datetime) -> None:
    """Publish all lots in one act with one deadline; what one lot refuses refuses all (LotsRefused)."""
    _require_drafts(merged, actor)
    _each(merged.lots, lambda lot: publish_one(lot, actor=actor, now=now))
    call_agencies(merged.lots, merged.head.ref, now=now)
    record("merged.publish", _obj(merged.head), actor=actor, payload=_refs(merged.lots), now=now)


def cancel(merged: Merged, *, actor: Actor, now: datetime) -> None:
    """Take back every lot that is a draft or open; refuses `request.not_open` when none is."""
    _require_owner(merged, actor)
    lots = merged.choosable
    if not lots:
        raise BadState("request.not_open")
    _each(lots, lambda lot: cancel_one(lot, actor=actor, now=now))
    tell_cancelled(lots, merged.head.ref, now=now)
    record("merged.cancel", _obj(merged.head), actor=actor, payload=_refs(lots), now=now)


def choose_for_all(merged: Merged, given: Given, *, actor: Actor, now: datetime) -> list[Award]:
    """Choose one agency directly for every open lot at its marked prices; each lot gets an award of its own.

    The agency and the owner are each told once. What the owner has seen is the total of all these lots; another total
    is `choice.price_changed`. Refuses `request.not_open`, `merged.not_direct`, `merged.agency_not_for_all`, and with
    LotsRefused what a choice refuses.
    """
    _require_owner(merged, actor)
    lots = merged.open_lots
    if not lots:
        raise BadState("request.not_open")
    if any(METHODS[Method(lot.method)].takes_quotes for lot in lots):
        raise BadState("merged.not_direct")
    rows = compare_together(lots, items_of_lots(lots))
    row = next((one for one in rows if one.offer.agency_id == given.agency_id), None)
    if row is None:
        raise BreaksRule("merged.agency_not_for_all")
    awards: list[Award] = []

    def decide(lot: Request) -> None:
        award = choose_one(lot, Given(row.offer.agency_id), actor=actor, now=now)
        awards.extend([award] if award is not None else [])

    _each(lots, decide)
    # Looked at after the choice: until then an agency could mark other prices, now its offers are held.
    total = _total(awards)
    if given.seen_fen not in (None, total):
        raise BadState("choice.price_changed", agency=row.offer.agency_name, amount_fen=total)
    payload = {**_refs(lots), "agency": row.offer.agency_id, "total_fen": total}
    record("merged.award", _obj(merged.head), actor=actor, payload=payload, now=now)
    if len(lots) == 1:
        tell_chosen(lots[0], awards[0], now)
    else:
        tell_chosen_for_all(lots, merged.head.ref, row.offer, now=now)
    return awards


def _each(lots: Iterable[Request], act: Callable[[Request], None]) -> None:
    """Do an act with every lot; the refusals of all that refuse are told together."""
    left = []
    for lot in lots:
        try:
            act(lot)
        except Refusal as refusal:
            left.append(Left(lot.entry.code, refusal))
    if left:
        raise LotsRefused(left)


def _bind(head: MergedRequest, lots: Sequence[Request]) -> None:
    db.session.add_all(
        RequestLot(
            merged_request_id=head.id, request_id=lot.id, organisation_id=head.organisation_id,
            edition_id=head.edition_id, position=position,
        )
        for position, lot in enumerate(lots, 1)
    )  # fmt: skip
    db.session.flush()


def _total(awards: Iterable[Award]) -> int:
    quotes = [award.quote_id for award in awards]
    return int(db.session.scalar(select(func.sum(QuoteLine.amount_fen)).where(QuoteLine.quote_id.in_(quotes))) or 0)


def _require_owner(merged: Merged, actor: Actor) -> None:
    if merged.head.organisation_id != actor.organisation:
        raise NotFound("merged.not_found")


def _require_drafts(merged: Merged, actor: Actor) -> None:
    _require_owner(merged, actor)
    if merged.state != RequestState.DRAFT:
        raise BadState("merged.not_drafts")


def _refs(lots: Iterable[Request]) -> dict[str, list[str]]:
    return {"lots": [lot.ref for lot in lots]}


def _obj(head: MergedRequest) -> str:
    """The merged request's name in the journal."""
    return f"merged/{head.ref}"
