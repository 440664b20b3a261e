"""What the pages of one item share: the quantities asked, their distribution, and the page of what is gone."""

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies.rules import EVERYWHERE
from market.base import clock
from market.base.errors import NotFound
from market.base.money import shown
from market.base.permissions import Permission, may
from market.catalogue.rules import Payer
from market.pages import calculator
from market.pages.calculator import Line, Spread
from market.pages.cards import in_words
from market.pages.queries import item as queries
from market.pages.queries.compare import Marked, Scope, marks_at
from market.pages.queries.item import ItemFacts
from market.selection.queries import off_the_list
from market.selection.rules import PAYER_OF
from market.web.access import actor_or_none
from market.web.filters import money_short
from market.web.refusals import wants_json

WHOLE_YUAN_FROM = 1000_00
"""From this sum on (fen) the labels of a distribution leave out what is less than a yuan: a phone is narrow."""


def gone(code: str) -> ResponseReturnValue:
    """The page of a service that is not listed: since when and by which decision; NotFound("service.not_listed")."""
    off = off_the_list(code, clock.today())
    if off is None:
        raise NotFound("service.not_listed", service=shown(code))
    if wants_json():
        raise off.refusal
    name = in_words(off.name_zh, off.name_en)
    report = url_for("oversight.new_voice", **off.report)
    return render_template("pages/gone.html", off=off, name=name, report=report), off.refusal.status


def marked_today(facts: ItemFacts, region: str = EVERYWHERE) -> tuple[list[Line], list[Marked]]:
    """The fee items with the quantities of the address, and every price that serves today, the lowest first.

    Two queries; of each price no more is read than puts it in order.
    """
    priced, example = queries.priced_with_example(facts.entry.id)
    payer = Payer(facts.entry.payer)
    lines = calculator.lines(priced, request.args, example)
    calculator.work_out(lines, facts.schedules, payer)
    scope = Scope(facts.entry.id, region, clock.now(), graded=False)
    return lines, marks_at(scope, calculator.asks(lines, payer))


def for_quantity(asked: Sequence[Line]) -> str:
    """The quantities asked, in words."""
    told = " + ".join(f"{line.typed} {line.item.unit}".strip() for line in asked)
    return _("for %(quantity)s", quantity=told)


def address_of(lines: Sequence[Line], region: str = EVERYWHERE) -> str:
    """The quantities asked, and where, as they stand in the address of a page of the item, with a question mark."""
    asked = [line for line in lines if line.quantity is not None]
    given = [(line.name, line.typed) for line in asked]
    given += [(f"k{line.item.position}", str(line.coefficient)) for line in asked if len(line.choices) > 1]
    given += [("region", region)] if region else []
    return "?" + urlencode(given) if given else ""


def bins_of(spread: Spread | None) -> list[dict[str, object]]:
    """The bins of the distribution with their lower ends as labels; the one of the median is on."""
    if spread is None or spread.median_fen is None:
        return []
    return [
        {
            "label": f"{money_short(low if low < WHOLE_YUAN_FROM else low // 100 * 100)} –",
            "count": count,
            "on": low <= spread.median_fen < high,
        }
        for low, high, count in spread.bins
    ]


def choose_path(facts: ItemFacts, lines: Sequence[Line], region: str = EVERYWHERE) -> str:
    """Where a buyer goes on with these quantities; nowhere for those who cannot buy it. `agency` may be added."""
    actor = actor_or_none()
    if actor is not None and not may(actor.role, Permission.SELECTION_REQUEST_WRITE):
        return ""
    payer = Payer.APPLICANT if actor is None else PAYER_OF[actor.role]
    if payer != facts.entry.payer or not any(line.can_be_asked for line in lines):
        return ""
    asked = [line for line in lines if line.quantity is not None]
    given = [(f"quantity_{line.item.id}", line.typed) for line in asked]
    given += [(f"coefficient_{line.item.id}", str(line.coefficient)) for line in asked if len(line.choices) > 1]
    given += [("region", region)] if region else []
    return f"{url_for('selection.new_request', code=facts.entry.code)}?{urlencode(given)}"
