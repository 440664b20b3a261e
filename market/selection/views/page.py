"""One request of mine as a page: where it stands, its lines, the prices, and what can be done now."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies.queries import regions_for
from market.base import clock
from market.catalogue.queries import fee_items_of, list_bands
from market.journal.queries import history
from market.selection import queries
from market.selection.forms import places_of, region_name
from market.selection.methods import METHODS
from market.selection.models import Request
from market.selection.queries import Compared, OffTheList
from market.selection.queries.draws import signed_up_count
from market.selection.rules import Method, RequestState
from market.selection.views.shown import deadline_words, lines_shown, reasons_of, refusal_reasons, timeline_of
from market.store.transaction import database_now
from market.web.access import current_actor
from market.web.filters import percent
from market.web.forms import HouseForm
from market.web.labels import sentence

NOTHING: MultiDict[str, str] = MultiDict()


def request_page_of(ref: str, form: HouseForm) -> ResponseReturnValue:
    """The page of my request, with what was wrong with `form`."""
    now = database_now()
    mine = queries.request_of(current_actor(), ref)
    items = {item.id: item for item in fee_items_of(mine.entry_id)}
    award = queries.award_of(mine.id)
    method = METHODS[Method(mine.method)]
    ground = queries.rule_ground(history(f"request/{ref}")) if mine.state == RequestState.CANCELLED else None
    changed = queries.difference(mine, clock.today()) if mine.state == RequestState.DRAFT else None
    drafted = mine.state == RequestState.DRAFT and changed is None
    choosing = drafted or (mine.state == RequestState.OPEN and not method.needs_deadline)
    offers = queries.compare(mine) if choosing else []
    return form.page(
        "selection/request_page.html",
        mine=mine,
        method=method,
        award=award,
        reasons=reasons_of(award),
        place=region_name(mine.region),
        regions=_names(mine) if any(row.offer.region_code for row in offers) else {},
        steps=timeline_of(mine, award, now),
        due=deadline_words(mine, now),
        lines=lines_shown(mine, items, list_bands(items)),
        offers=offers,
        notes=_against_median(offers),
        quotes=queries.opened_quotes(mine, now),
        sealed=queries.sealed_count(mine.id) if method.takes_quotes else 0,
        decidable=_decidable(mine, now),
        draw=(draw := queries.draw_of_request(mine.id)),
        entered=signed_up_count(draw.id) if draw is not None else 0,
        ended=refusal_reasons(history(f"request/{ref}")) if mine.state == RequestState.FAILED else [],
        changed=changed,
        merged=queries.sisters_of(ref),
        report=report_path(changed.gone) if changed and changed.gone else "",
        ground=sentence(*ground) if ground else "",
    )


def _names(mine: Request) -> dict[str, str]:
    """By code, the names of the regions that prices for a request's service may be limited to."""
    return dict(places_of(regions_for(mine.entry_id)))


def report_path(off: OffTheList) -> str:
    """Where to say that somebody still asks for it."""
    return url_for("oversight.new_voice", **off.report)


def _decidable(mine: Request, now: datetime) -> bool:
    ended = mine.quotes_until is not None and now >= mine.quotes_until
    return mine.state == RequestState.OPEN and METHODS[Method(mine.method)].takes_quotes and ended


def _against_median(rows: Sequence[Compared]) -> dict[int, str]:
    """By offer, how its total stands to the median of all marked prices; nothing below three prices."""
    totals = sorted(row.total_fen for row in rows if row.prices is not None)
    if len(totals) < 3:
        return {}
    median = totals[len(totals) // 2]
    below, above, same = _("%(share)s below the median"), _("%(share)s above the median"), _("the median")
    notes = {}
    for row in rows:
        if row.prices is not None:
            away = abs(row.total_fen - median)
            words = same if not away else below if row.total_fen < median else above
            notes[row.offer.offer_id] = words.replace("%(share)s", percent(away, median))
    return notes
