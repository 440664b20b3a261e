"""What a change of edition does to requests: what is no longer listed ends, a draft goes over to the new edition."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from market.base import clock
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.catalogue.listing import measure_of
from market.catalogue.models import Edition
from market.catalogue.queries import edition_in_force, fee_items_of
from market.journal.actions import record
from market.notices.actions import queue
from market.selection.actions.announcing import cancel_announced
from market.selection.actions.requests import (
    Amount,
    Terms,
    obj,
    require_alone,
    require_owner,
    rewrite,
    tell_search,
)
from market.selection.actions.telling import quoting_organisations
from market.selection.models import Request
from market.selection.queries import (
    counterparts,
    draw_of_request,
    line_changes,
    listed_entry,
    off_the_list,
    request_lock,
    unlisted_refs,
)
from market.selection.rules import CANCELLED_BY_RULE, REQUEST, RequestState
from market.store.db import db


def cancel_unlisted(edition: Edition, *, now: datetime) -> list[str]:
    """Cancel by rule every open request whose service is not in `edition`, which must be the one in force.

    The owner and every agency whose quote stands are told the ground. Returns the references; safe to run twice.
    """
    cancelled = []
    for ref in unlisted_refs(edition):
        db.session.execute(request_lock(ref).with_for_update())
        query = select(Request).where(Request.ref == ref).options(joinedload(Request.entry))
        request = db.session.scalars(query.execution_options(populate_existing=True)).one()
        # Looked at again under the lock: its owner may have been faster.
        # What has been signed up for is drawn: from the end of sign-up nothing but the draw decides.
        if request.state == RequestState.OPEN and not _is_being_drawn(request, now):
            _cancel(request, edition, now)
            cancelled.append(ref)
    return cancelled


def _is_being_drawn(request: Request, now: datetime) -> bool:
    draw = draw_of_request(request.id)
    return draw is not None and now >= draw.signup_until


def _cancel(request: Request, edition: Edition, now: datetime) -> None:
    gone = off_the_list(request.entry.code, clock.china_date(now))
    decision = gone.decision if gone else ""
    state = REQUEST.step(request.state, "cancel")
    cancel_announced(request, actor=Actor.system(), now=now)
    request.state, request.closed_at = state, now
    db.session.flush()
    ground = {"edition": edition.number, "service": request.entry.name_zh, "decision": decision}
    record(CANCELLED_BY_RULE, obj(request), actor=Actor.system(), payload=ground, now=now)
    code = "notice.request.unlisted_by_decision" if decision else "notice.request.unlisted"
    facts: dict[str, Any] = {"ref": request.ref, **ground}
    mine, theirs = f"/desk/requests/{request.ref}", f"/desk/opportunities/{request.ref}"
    queue(code, to=[request.organisation_id], facts={**facts, "link": mine}, now=now)
    queue(code, to=quoting_organisations(request), facts={**facts, "link": theirs}, now=now)
    tell_search(request, now)


def accept_edition(request: Request, *, actor: Actor, now: datetime) -> None:
    """Write a draft over to the edition in force with the same quantities, by the owner's one act.

    Does nothing where that is its edition already. Refuses `service.off_the_list` and `service.abolished`,
    `request.quantity_no_longer_fits`, which names what does not fit, and all that a draft refuses. A lot of a merged
    request goes over with the others: `lot.with_the_others`.
    """
    require_owner(request, actor)
    if request.state != RequestState.DRAFT:
        raise BadState("request.not_a_draft")
    require_alone(request)
    accept_one(request, actor=actor, now=now)


def accept_one(request: Request, *, actor: Actor, now: datetime) -> None:
    """Write a draft over, alone or as one lot of those that go over in the same act."""
    today = clock.china_date(now)
    old, edition = request.edition_id, edition_in_force(today)
    if edition.id == old:
        return
    last_day = clock.china_date(request.quotes_until - timedelta(microseconds=1)) if request.quotes_until else None
    terms = Terms(
        amounts=_amounts(request, now),
        method=request.method,
        funding=request.funding,
        title=request.title,
        description=request.description,
        case_number=request.case_number,
        region=request.region_code,
        # A wish that has passed meanwhile is none.
        last_day=last_day if last_day and last_day >= today else None,
    )
    facts = rewrite(request, terms, actor=actor, now=now)
    record("request.accept_edition", obj(request), actor=actor, payload={**facts, "from": old}, now=now)


def _amounts(request: Request, now: datetime) -> dict[int, Amount]:
    """The draft's quantities by fee item of the edition in force."""
    entry = listed_entry(request.entry.code, clock.china_date(now))
    for change in line_changes(request.lines, request.entry, entry):
        if not change.fits:
            raise BreaksRule("request.quantity_no_longer_fits", item=change.name, quantity=change.quantity)
    same = counterparts(request.entry, entry)
    before = {item.id: item for item in fee_items_of(request.entry_id)}
    return {
        same[line.fee_item_id].id: Amount(measure_of(before[line.fee_item_id]).number(line.quantity), line.coefficient)
        for line in request.lines
    }
