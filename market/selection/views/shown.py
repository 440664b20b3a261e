"""What both sides see of a request, as values for the templates: lines, time line, deadline, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from market.base.clock import china_date
from market.base.errors import BreaksRule
from market.base.pricing import COEFFICIENT_UNIT
from market.base.pricing.quantity import exact_decimal
from market.catalogue.listing import Ask, price
from market.catalogue.models import Band, FeeItem
from market.catalogue.rules import PriceState
from market.journal.models import JournalRow
from market.selection.forms import item_name
from market.selection.methods import METHODS
from market.selection.models import Award, Draw, Request
from market.selection.rules import DrawState, Method, RequestState
from market.store.calendar import calendar
from market.web.filters import deadline, quantity
from market.web.labels import labels, sentence


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of a request: what, how much, and the list's own limits in fen where the list has a price."""

    id: int
    name: str
    quantity: str
    coefficient: str
    floor_fen: int | None
    ceiling_fen: int | None


def lines_shown(request: Request, items: Mapping[int, FeeItem], bands: Mapping[int, Sequence[Band]]) -> list[LineShown]:
    """The request's lines; `bands` are the list's own, by fee item."""
    return [_line(request, line, items[line.fee_item_id], bands) for line in request.lines]


def _line(request: Request, line: Any, item: FeeItem, bands: Mapping[int, Sequence[Band]]) -> LineShown:
    floor = ceiling = None
    if item.price_state == PriceState.LISTED:
        try:
            listed = price(Ask(item, line.quantity, line.coefficient, request.payer), bands.get(item.id, ()))
            floor, ceiling = listed.floor_fen, listed.ceiling_fen
        except BreaksRule:
            pass  # the line was checked when it was written; without a figure nothing is shown
    number = f"{quantity(line.quantity, item.steps_per_unit)} {item.unit}".strip()
    coefficient = (
        "" if line.coefficient == COEFFICIENT_UNIT else exact_decimal(Fraction(line.coefficient, COEFFICIENT_UNIT))
    )
    return LineShown(line.id, item_name(item), number, coefficient, floor, ceiling)


def deadline_words(request: Request, now: datetime) -> dict[str, str] | None:
    """The end of quoting in words with the exact time; None when there is none to wait for."""
    until = request.quotes_until
    if until is None or request.state != RequestState.OPEN:
        return None
    if METHODS[Method(request.method)].draws:
        return _sign_up_words(until, now)
    exact = _("Quotes until %(moment)s", moment=deadline(until))
    if now >= until:
        return {"text": _("Quoting has ended"), "exact": exact, "tone": "late"}
    left = calendar().between(china_date(now), china_date(until - timedelta(microseconds=1)))
    if left == 0:
        return {"text": _("Quoting ends today"), "exact": exact, "tone": "soon"}
    text = ngettext("%(num)d working day left for quotes", "%(num)d working days left for quotes", left)
    return {"text": text, "exact": exact, "tone": "soon" if left == 1 else ""}


def _sign_up_words(until: datetime, now: datetime) -> dict[str, str]:
    exact = _("Sign-up until %(moment)s", moment=deadline(until))
    if now >= until:
        return {"text": _("The draw decides"), "exact": exact, "tone": ""}
    left = calendar().between(china_date(now), china_date(until - timedelta(microseconds=1)))
    if left == 0:
        return {"text": _("Sign-up ends today"), "exact": exact, "tone": "soon"}
    text = ngettext("%(num)d working day left to sign up", "%(num)d working days left to sign up", left)
    return {"text": text, "exact": exact, "tone": "soon" if left == 1 else ""}


def draw_steps(draw: Draw, now: datetime) -> list[dict[str, Any]]:
    """A draw's way: announced, signed up for, frozen, drawn."""
    until = draw.signup_until
    steps = [_step(_("Announced"), "done", draw.announced_at)]
    if draw.state == DrawState.CANCELLED:
        return [*steps, _step(_("Cancelled before the freeze"), "failed")]
    waiting = draw.state == DrawState.ANNOUNCED
    steps.append(_step(_("Sign-up"), "current" if waiting else "done", note=_("until %(at)s", at=deadline(until))))
    steps.append(_step(_("Pool frozen"), "future" if waiting else "done", draw.frozen_at))
    if draw.state == DrawState.FAILED:
        return [*steps, _step(_("Too few to draw"), "failed")]
    due = draw.state == DrawState.FROZEN
    steps.append(_step(_("Beacon"), "future" if waiting else ("current" if due else "done"), draw.beacon_at))
    if draw.state == DrawState.VOID:
        return [*steps, _step(_("Void"), "failed")]
    return [*steps, _step(_("Ranking"), "future" if draw.drawn_at is None else "done", draw.drawn_at)]


def refusal_reasons(log: Sequence[JournalRow]) -> list[str]:
    """Why a request ended without an agency, as sentences, from its last row in the journal."""
    ended = next((row for row in reversed(log) if row.act in ("request.fail", "request.give_up")), None)
    rows = (ended.payload or {}).get("reasons", []) if ended is not None else []
    return [_reason(row) for row in rows]


def timeline_of(request: Request, award: Award | None, now: datetime) -> list[dict[str, Any]]:
    """The request's way so far and what comes, from its rows."""
    steps = [_step(_("Draft"), "done", request.created_at)]
    if request.published_at is None:
        cancelled = request.state == RequestState.CANCELLED
        steps[0]["state"] = "done" if cancelled else "current"
        return [*steps, _ended(request) if cancelled else _step(_("Publication"), "future")]
    steps.append(_step(_("Published"), "done", request.published_at))
    is_open = request.state == RequestState.OPEN
    if request.quotes_until is not None and (is_open or request.quotes_until <= (request.closed_at or now)):
        waiting = is_open and now < request.quotes_until
        label = _("Sign-up") if METHODS[Method(request.method)].draws else _("Quoting")
        steps.append(_step(label, "current" if waiting else "done", note=deadline(request.quotes_until)))
        if is_open:
            steps.append(_step(_("Selection"), "future" if waiting else "current"))
    elif is_open:
        steps.append(_step(_("Selection"), "current"))
    if not is_open:
        steps.append(_ended(request))
    if award is not None or is_open:
        steps.append(_step(_("Contract"), "future"))
    return steps


def _ended(request: Request) -> dict[str, Any]:
    words = {
        RequestState.AWARDED: (_("Agency selected"), "done"),
        RequestState.FAILED: (_("Selection failed"), "failed"),
        RequestState.CANCELLED: (_("Cancelled"), "failed"),
    }
    label, state = words[RequestState(request.state)]
    return _step(label, state, request.closed_at)


def _step(label: str, state: str, at: datetime | None = None, *, note: str = "") -> dict[str, Any]:
    return {"label": label, "state": state, "at": at, "note": note, "href": ""}


def reasons_of(award: Award | None) -> list[str]:
    """The award's reasons as sentences."""
    rows = award.reasons if award is not None else []
    return [_reason(row) for row in rows]


def _reason(row: Mapping[str, Any]) -> str:
    facts = {name: fact for name, fact in row.items() if name != "code"}
    if row["code"] == "reason.too_few":
        facts["funding"] = labels()[f"funding.{facts['funding']}"]
    if row["code"] == "reason.draw_void":
        facts["ground"] = labels()[f"ground.{facts['ground']}"]
    return sentence(str(row["code"]), facts)
