"""Tell agencies of requests that were published, taken back or awarded in one act: each once, whatever the number."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from market.agencies.models import Agency, Offer
from market.agencies.queries import OfferRow
from market.agencies.queries.serving import serving
from market.notices.actions import queue, queue_each
from market.selection.methods import METHODS
from market.selection.models import Quote, Request
from market.selection.rules import Method, QuoteState, written_deadline
from market.store.db import db


def call_agencies(requests: Sequence[Request], ref: str, *, now: datetime) -> None:
    """Tell every agency that marks a price for any of these requests until when it may quote.

    `ref` is what they were published under. Requests that take no quotes call nobody.
    """
    asking = [one for one in requests if one.quotes_until is not None]
    if not asking:
        return
    # What is published in one act has one deadline.
    until = written_deadline(min(one.quotes_until for one in asking if one.quotes_until is not None))
    draws = any(METHODS[Method(one.method)].draws for one in asking)
    codes = "notice.draw.published" if draws else "notice.request.published", "notice.merged.published"
    _tell(codes, asking, (ref, _marking, {"until": until}), now)


def tell_cancelled(requests: Iterable[Request], ref: str, *, now: datetime) -> None:
    """Tell every agency whose quote stands on any of these that they were taken back; drafts concern nobody."""
    codes = "notice.request.cancelled", "notice.merged.cancelled"
    _tell(codes, [one for one in requests if one.published_at is not None], (ref, quoting_organisations, {}), now)


def tell_chosen_for_all(lots: Sequence[Request], ref: str, chosen: OfferRow, *, now: datetime) -> None:
    """Tell the agency that was chosen for all these lots of the merged request `ref`, and the buyer, each once."""
    facts = {"services": [one.entry.name_zh for one in lots], "count": len(lots), "ref": ref}
    theirs, ours = f"/desk/opportunities/{lots[0].ref}", f"/desk/merged/{ref}"
    queue("notice.merged.awarded", to=[chosen.organisation_id], facts={**facts, "link": theirs}, now=now)
    facts |= {"agency": chosen.agency_name, "link": ours}
    queue("notice.merged.chosen", to=[lots[0].organisation_id], facts=facts, now=now)


def quoting_organisations(request: Request) -> list[int]:
    """The organisations of the agencies whose quotes stand."""
    query = select(Agency.organisation_id).join(Quote, Quote.agency_id == Agency.id)
    return list(db.session.scalars(query.where(Quote.request_id == request.id, Quote.state == QuoteState.STANDING)))


def _marking(request: Request) -> list[int]:
    query = select(Agency.organisation_id).distinct().join(Offer, Offer.agency_id == Agency.id)
    query = query.where(Offer.entry_id == request.entry_id, serving(region=request.region_code))
    return list(db.session.scalars(query.where(Agency.organisation_id != request.organisation_id)))


def _tell(
    codes: tuple[str, str],
    requests: Sequence[Request],
    how: tuple[str, Callable[[Request], Iterable[int]], dict[str, Any]],
    now: datetime,
) -> None:
    """One message for each organisation that is found: by the first code of one request, by the second of several."""
    ref, find, common = how
    theirs: dict[int, list[Request]] = defaultdict(list)
    for request in requests:
        for organisation in find(request):
            theirs[organisation].append(request)
    alone, together = {}, {}
    for organisation, mine in theirs.items():
        facts = {**common, "link": f"/desk/opportunities/{mine[0].ref}"}
        if len(mine) == 1:
            alone[organisation] = {**facts, "service": mine[0].entry.name_zh, "ref": mine[0].ref}
        else:
            named = [one.entry.name_zh for one in mine]
            together[organisation] = {**facts, "services": named, "count": len(named), "ref": ref}
    for code, messages in zip(codes, (alone, together), strict=True):
        queue_each(code, messages, now=now)
