"""What the tests of this folder share: a story told in few words, every step through the actions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from market.base.clock import CHINA
from market.base.people import Actor
from market.selection import actions, queries
from market.selection.methods import Given
from market.store.transaction import transaction
from tests.make import Listed, MadeAgency, Person

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
DEADLINE = datetime(2026, 3, 6, 0, 0, tzinfo=CHINA)
"""The end of Thursday, three working days after MONDAY."""
BEFORE, AFTER = DEADLINE - timedelta(milliseconds=1), DEADLINE
QUANTITY = "1000"


@dataclass(frozen=True)
class MadeRequest:
    """A request and its lines in order."""

    ref: str
    owner: Actor
    line_ids: tuple[int, ...] = field(default=())

    @property
    def line_id(self) -> int:
        """The first (mostly the only) line."""
        return self.line_ids[0]


def terms(service: Listed, **changes: object) -> actions.Terms:
    """Return terms that ask for 1,000 units of each fee item."""
    amounts = {item: actions.Amount(QUANTITY) for item in service.fee_item_ids}
    return actions.Terms(**{"amounts": amounts, "method": "lowest_quote", "case_number": "XK-1", **changes})  # type: ignore[arg-type]


def draft(buyer: Person, service: Listed, **changes: object) -> MadeRequest:
    """Write a draft."""
    with transaction() as now:
        made = actions.draft_request(service.code, terms(service, **changes), actor=buyer.actor, now=now)
        ref = made.ref
    request = queries.request_of(buyer.actor, ref)
    return MadeRequest(ref, buyer.actor, tuple(line.id for line in request.lines))


def publish(request: MadeRequest) -> MadeRequest:
    """Publish a draft."""
    with transaction(queries.request_lock(request.ref)) as now:
        actions.publish(queries.request_of(request.owner, request.ref), actor=request.owner, now=now)
    return request


def opened_request(buyer: Person, service: Listed, **changes: object) -> MadeRequest:
    """Write and publish a request."""
    return publish(draft(buyer, service, **changes))


def quote(request: MadeRequest, agency: MadeAgency, *amounts: int, days: int = 5) -> str:
    """Send a quote, fen by line in order; return its reference."""
    given = actions.Quoted(dict(zip(request.line_ids, amounts, strict=True)), days)
    with transaction(queries.request_lock(request.ref)) as now:
        found = queries.request_open_to(agency.id, request.ref)
        return actions.submit_quote(found, given, actor=agency.actor, now=now).ref


def withdraw(request: MadeRequest, agency: MadeAgency) -> None:
    """Take the quote back."""
    with transaction(queries.request_lock(request.ref)) as now:
        actions.withdraw_quote(queries.request_open_to(agency.id, request.ref), actor=agency.actor, now=now)


def choose(request: MadeRequest, agency_id: int | None = None) -> int | None:
    """Decide; return the selected agency, or None when the request failed."""
    with transaction(queries.request_lock(request.ref)) as now:
        found = queries.request_of(request.owner, request.ref)
        award = actions.choose(found, Given(agency_id), actor=request.owner, now=now)
        return award.agency_id if award else None


def cancel(request: MadeRequest) -> None:
    """Take the request back."""
    with transaction(queries.request_lock(request.ref)) as now:
        actions.cancel(queries.request_of(request.owner, request.ref), actor=request.owner, now=now)


def state_of(request: MadeRequest) -> str:
    """Return the state as stored."""
    return queries.request_of(request.owner, request.ref).state
