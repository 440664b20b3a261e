"""Write, publish and cancel a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from market.agencies.queries import regions_for
from market.agencies.rules import EVERYWHERE
from market.base import clock
from market.base.errors import BadState, BreaksRule, NotFound
from market.base.people import Actor
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing.quantity import parse_quantity
from market.base.refs import RefKind
from market.catalogue.listing import Ask, price, require_in_force
from market.catalogue.models import FeeItem, Region
from market.catalogue.queries import edition_in_force, fee_items_of, require_coefficient
from market.catalogue.rules import Payer, PriceState
from market.journal.actions import record
from market.selection.actions.announcing import announce, cancel_announced
from market.selection.actions.telling import call_agencies, tell_cancelled
from market.selection.methods import METHODS
from market.selection.models import Request, RequestLine
from market.selection.queries import Shelf, notice_document, shelf, sisters_of
from market.selection.queries.bound import request_terms
from market.selection.rules import REQUEST, Funding, Method, RequestState
from market.store import outbox
from market.store.calendar import calendar
from market.store.db import db
from market.store.references import next_reference
from market.store.settings import setting

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a fee item is asked for: the quantity as typed in its unit, the coefficient in 1/10000."""

    quantity: str
    coefficient: int = COEFFICIENT_UNIT


@dataclass(frozen=True, slots=True)
class Terms:
    """What the buyer writes. `amounts` by fee item id; `last_day` for quotes or sign-up, None for the rule's own.

    `region` is where the work is done, by its code; '' is the whole area of the list. `funding` is whose money pays,
    empty for the payer's usual one; an authority spends the State's.
    """

    amounts: Mapping[int, Amount]
    method: str
    title: str = ""
    description: str = ""
    case_number: str = ""
    last_day: date | None = None
    region: str = EVERYWHERE
    funding: str = ""


def draft_request(code: str, terms: Terms, *, actor: Actor, now: datetime) -> Request:
    """Write a draft for a service of the edition in force.

    Refuses what is not on the list or abolished (`service.not_listed`), what costs the buyer nothing
    (`price.free_to_applicant`), what an authority does not buy (`price.only_for_applicant`), unpublished prices
    (`price.not_published`), quantities outside the published brackets, unlawful coefficients and methods, and where the
    list does not offer the service (`request.region_unknown`, `request.region_outside`).
    """
    chosen = shelf(code, actor, clock.china_date(now))
    request = Request(
        ref=next_reference(RefKind.REQUEST, now),
        organisation_id=_organisation(actor),
        state=RequestState.DRAFT,
        created_at=now,
        created_by=actor.id,
        **_columns(chosen, terms, now),
    )
    lines = _lines(chosen, terms)
    db.session.add(request)
    db.session.flush()
    _write_lines(request, lines)
    record("request.draft", obj(request), actor=actor, payload=_facts(request, chosen, terms), now=now)
    return request


def edit_draft(request: Request, terms: Terms, *, actor: Actor, now: datetime) -> None:
    """Write a draft anew, by the edition in force now; refuses `request.not_a_draft` and all that a draft refuses.

    A lot of a merged request is written with the others: `lot.with_the_others`.
    """
    require_owner(request, actor)
    if request.state != RequestState.DRAFT:
        raise BadState("request.not_a_draft")
    require_alone(request)
    record("request.edit", obj(request), actor=actor, payload=rewrite(request, terms, actor=actor, now=now), now=now)


def rewrite(request: Request, terms: Terms, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Replace a draft's terms and lines by the edition in force; what the journal says of it."""
    chosen = shelf(request.entry.code, actor, clock.china_date(now))
    columns, lines = _columns(chosen, terms, now), _lines(chosen, terms)
    db.session.execute(delete(RequestLine).where(RequestLine.request_id == request.id))
    for name, value in columns.items():
        setattr(request, name, value)
    db.session.flush()
    db.session.expire(request, ["entry", "lines"])
    _write_lines(request, lines)
    return _facts(request, chosen, terms)


def publish(request: Request, *, actor: Actor, now: datetime) -> None:
    """Publish a draft: its conditions stay from here on, and agencies that mark a price for it are told.

    Where quotes are taken, until the end of the n-th working day (setting `request.quoting_workdays`) or of the later
    day that the buyer named. Refuses `request.edition_superseded` when another edition came into force meanwhile, and
    `price.not_in_force_yet` or `price.no_longer_in_force` when a price asked for is not in force today. A lot of a
    merged request is published with the others: `lot.with_the_others`.
    """
    require_owner(request, actor)
    if request.state == RequestState.DRAFT:
        require_alone(request)
    publish_one(request, actor=actor, now=now)
    call_agencies([request], request.ref, now=now)


def publish_one(request: Request, *, actor: Actor, now: datetime) -> None:
    """Publish a draft, alone or as one lot of those that are published in the same act; its agencies are not told."""
    state = REQUEST.step(request.state, "publish")
    if edition_in_force(clock.china_date(now)).id != request.edition_id:
        raise BadState("request.edition_superseded")
    asked = select(RequestLine.fee_item_id).where(RequestLine.request_id == request.id)
    for item in db.session.scalars(select(FeeItem).where(FeeItem.id.in_(asked)).order_by(FeeItem.position)):
        require_in_force(item, clock.china_date(now))
    method = METHODS[Method(request.method)]
    provisional = False
    if method.needs_deadline:
        counted = calendar().after(clock.china_date(now), setting("request.quoting_workdays", clock.china_date(now)))
        least, provisional = clock.end_of_day(counted.day), counted.provisional
        request.quotes_until = max(least, request.quotes_until or least)
    else:
        request.quotes_until = None
    request.state, request.published_at = state, now
    db.session.flush()
    facts = {"edition": request.edition_id, "service": request.service_id, **request_terms(request.id)}
    if request.quotes_until is not None:
        facts["calendar_provisional"] = provisional
    if method.draws and request.quotes_until is not None:
        announce(request, request.quotes_until, actor=actor, now=now)
    # By the act's name everybody sees, without its private part, that no award may come before the draw.
    act = "request.publish_random" if method.draws else "request.publish"
    record(act, obj(request), actor=actor, payload=facts, now=now)
    tell_search(request, now)


def cancel(request: Request, *, actor: Actor, now: datetime) -> None:
    """Take a draft or an open request back; quotes that were still sealed stay sealed for ever.

    A draft that is a lot is discarded with the others (`lot.with_the_others`); an open lot can be cancelled by itself.
    """
    require_owner(request, actor)
    if request.state == RequestState.DRAFT:
        require_alone(request)
    cancel_one(request, actor=actor, now=now)
    tell_cancelled([request], request.ref, now=now)


def cancel_one(request: Request, *, actor: Actor, now: datetime) -> None:
    """Take a request back, alone or as one lot of those that are taken back in the same act; nobody is told."""
    state = REQUEST.step(request.state, "cancel")
    cancel_announced(request, actor=actor, now=now)
    request.state, request.closed_at = state, now
    db.session.flush()
    record("request.cancel", obj(request), actor=actor, payload={}, now=now)
    if request.published_at is not None:
        tell_search(request, now)


def require_owner(request: Request, actor: Actor) -> None:
    """Somebody else's request does not exist for the actor; only the clock acts for nobody."""
    if request.organisation_id != actor.organisation:
        raise NotFound("request.not_found")


def require_alone(request: Request) -> None:
    """Refuse `lot.with_the_others` for a lot of a merged request."""
    merged = sisters_of(request.ref)
    if merged is not None:
        raise BadState("lot.with_the_others", merged=merged.ref)


def tell_search(request: Request, now: datetime) -> None:
    """Let the search index follow what the notice says now."""
    db.session.flush()
    document = notice_document(request.id)
    outbox.put("search", document["id"], dict(document), now=now)


def obj(request: Request) -> str:
    """The request's name in the journal."""
    return f"request/{request.ref}"


def _organisation(actor: Actor) -> int:
    if actor.organisation is None:
        raise NotFound("request.not_found")
    return actor.organisation


def _columns(chosen: Shelf, terms: Terms, now: datetime) -> dict[str, Any]:
    method = METHODS.get(terms.method)  # type: ignore[call-overload]  # what a form sends may be any text
    if method is None:
        raise BreaksRule("request.method_unknown")
    if chosen.payer not in method.payers:
        raise BreaksRule("request.direct_only_by_applicant")
    if chosen.payer == Payer.AUTHORITY and not terms.case_number.strip():
        raise BreaksRule("request.case_needed")
    title = terms.title.strip() or chosen.entry.name_zh
    if len(title) > LONGEST_TITLE:
        raise BreaksRule("request.title_needed")
    _check_region(chosen, terms.region)
    return {
        "entry_id": chosen.entry.id,
        "edition_id": chosen.edition.id,
        "service_id": chosen.entry.service_id,
        "payer": chosen.payer,
        "method": method.code,
        "funding": _funding(chosen, terms),
        "title": title,
        "description": terms.description.strip(),
        "case_number": terms.case_number.strip(),
        "region_code": terms.region,
        "quotes_until": _wish(terms.last_day, now) if method.needs_deadline else None,
    }


def _check_region(chosen: Shelf, region: str) -> None:
    if region != EVERYWHERE and region not in {one.code for one in regions_for(chosen.entry.id)}:
        known = db.session.get(Region, region) is not None
        raise BreaksRule("request.region_outside" if known else "request.region_unknown")


def _funding(chosen: Shelf, terms: Terms) -> Funding:
    if chosen.payer == Payer.AUTHORITY:
        return Funding.STATE
    if terms.funding not in ("", *Funding):
        raise BreaksRule("request.funding_unknown")
    return Funding(terms.funding or Funding.SOCIAL)


def _wish(last_day: date | None, now: datetime) -> datetime | None:
    if last_day is None:
        return None
    today = clock.china_date(now)
    if last_day < today:
        raise BreaksRule("request.deadline_in_past")
    latest = calendar().after(today, setting("request.longest_quoting_workdays", today)).day
    if last_day > latest:
        raise BreaksRule("request.deadline_too_far", latest=latest)
    return clock.end_of_day(last_day)


def _lines(chosen: Shelf, terms: Terms) -> list[tuple[FeeItem, int, int]]:
    """The asked-for fee items with quantity (steps) and coefficient, each checked against the list."""
    items = {item.id: item for item in chosen.items}
    for unknown in terms.amounts.keys() - items.keys():
        _refuse_item(chosen, unknown)
    lines = []
    for item in chosen.items:
        if (amount := terms.amounts.get(item.id)) is None:
            continue
        quantity = parse_quantity(amount.quantity, item.steps_per_unit)
        require_coefficient(item, amount.coefficient)
        if item.price_state == PriceState.LISTED:
            # Refused now rather than by every agency: no lawful price exists outside the published brackets.
            price(Ask(item, quantity, amount.coefficient, chosen.payer), chosen.bands.get(item.id, ()))
        lines.append((item, quantity, amount.coefficient))
    if not lines:
        raise BreaksRule("request.line_needed")
    return lines


def _refuse_item(chosen: Shelf, item_id: int) -> None:
    named = next((item for item in fee_items_of(chosen.entry.id) if item.id == item_id), None)
    if named is not None:
        raise BreaksRule("price.not_published", item=named.name_zh)
    raise BreaksRule("fee_item.not_listed", item=item_id)


def _write_lines(request: Request, lines: list[tuple[FeeItem, int, int]]) -> None:
    db.session.add_all(
        RequestLine(
            request_id=request.id, fee_item_id=item.id, edition_id=request.edition_id, service_id=request.service_id,
            payer=request.payer, price_state=item.price_state, quantity=quantity, coefficient=coefficient,
        )
        for item, quantity, coefficient in lines
    )  # fmt: skip
    db.session.flush()


def _facts(request: Request, chosen: Shelf, terms: Terms) -> dict[str, Any]:
    amounts = {str(item): [amount.quantity, amount.coefficient] for item, amount in sorted(terms.amounts.items())}
    facts = {"service": chosen.entry.code, "edition": chosen.edition.number, "amounts": amounts}
    return facts | request_terms(request.id)
