"""The enterprise's basket: services it means to request, and the one click that drafts them."""

import re
from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from market.base import clock
from market.base.errors import BadState, Refusal
from market.base.permissions import Permission
from market.selection import actions
from market.selection.actions.basket import Left, Taken
from market.selection.actions.merged import FEWEST_LOTS
from market.selection.forms import BasketForm, basket_form
from market.selection.queries.basket import BasketRow, basket_lock, basket_of
from market.selection.views.blueprint import selection
from market.selection.views.page import NOTHING
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.labels import said

_QUANTITY = re.compile(r"q\.([^.]{1,64})\.(\d{1,9})")
"""A quantity as the navigator's address has it: the service's code and the fee item's position."""


@selection.route("/desk/basket", methods=["GET", "POST"])
@needs(Permission.SELECTION_BASKET_USE)
def basket() -> ResponseReturnValue:
    """What is in the basket; a POST drafts a request for each service of it."""
    actor = current_actor()
    rows = basket_of(actor.organisation, clock.today())
    form = _form(rows)
    if not form.validate_on_submit():
        return _page(form, rows, Taken())
    try:
        with transaction(basket_lock(actor.organisation)) as now:
            drafted = actions.basket.draft_all(form.wanted(), actor=actor, now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, basket_of(actor.organisation, clock.today()), Taken())
    if drafted.done:
        words = ngettext("%(num)d draft is written.", "%(num)d drafts are written.", len(drafted.done))
        if drafted.merged:
            words += " " + _("Those of a merged group are the lots of %(merged)s.", merged=", ".join(drafted.merged))
        flash(words + " " + _("Look through each and publish it; nobody else sees it before."), "success")
    if not drafted.left:
        return redirect(url_for("selection.requests"))
    form.refused_status = drafted.left[0].refusal.status
    form.form_errors.append(_("Not everything could be drafted. What is still in the basket says why beside it."))
    return _page(form, basket_of(actor.organisation, clock.today()), drafted)


@selection.post("/desk/basket/put")
@needs(Permission.SELECTION_BASKET_USE)
def put_into_basket() -> ResponseReturnValue:
    """Put services in, with the quantities of the plan they come from; what cannot be requested is named with why."""
    actor, form = current_actor(), HouseForm()
    rows: list[BasketRow] = []
    if form.validate_on_submit():
        try:
            with transaction(basket_lock(actor.organisation)) as now:
                taken = actions.basket.put(_codes(), _typed(), actor=actor, now=now)
            _tell(taken)
            return redirect(url_for("selection.basket"))
        except Refusal as refusal:
            form.refuse(refusal)
    rows = basket_of(actor.organisation, clock.today())
    shown = basket_form(rows)(NOTHING)
    shown.form_errors.extend(form.form_errors)
    shown.refused_status = form.refused_status
    return _page(shown, rows, Taken())


@selection.post("/desk/basket/<code>/take-out")
@needs(Permission.SELECTION_BASKET_USE)
def take_out(code: str) -> ResponseReturnValue:
    """Take one service out of the basket."""
    actor, form = current_actor(), HouseForm()
    if not form.validate_on_submit():
        raise BadState("form.expired")
    with transaction(basket_lock(actor.organisation)) as now:
        actions.basket.take_out(code, actor=actor, now=now)
    flash(_("It is out of the basket."), "success")
    return redirect(url_for("selection.basket"))


def _form(rows: Sequence[BasketRow]) -> BasketForm:
    form = basket_form(rows)
    return form() if request.method == "POST" else form(NOTHING)


def _page(form: BasketForm, rows: Sequence[BasketRow], drafted: Taken) -> ResponseReturnValue:
    # A basket changed meanwhile may have rows that the form knows nothing of.
    known = set(form.item_ids)
    rows = [row for row in rows if row.why_not is not None or {item.id for item in row.items} <= known]
    reasons = {row.code: said(row.why_not) for row in rows if row.why_not is not None}
    reasons |= {one.code: said(one.refusal) for one in drafted.left}
    can = any(row.why_not is None for row in rows)
    groups = {group: [row for row in rows if row.merged == group] for group in form.ticks}
    return form.page(
        "selection/basket.html",
        rows=rows,
        groups={group: of for group, of in groups.items() if _lots(of) >= FEWEST_LOTS},
        reasons=reasons,
        drafted=drafted,
        can_draft=can,
    )


def _lots(rows: Sequence[BasketRow]) -> int:
    return sum(row.why_not is None for row in rows)


def _tell(taken: Taken) -> None:
    if taken.done:
        count = len(taken.done)
        flash(ngettext("%(num)d service is in your basket.", "%(num)d services are in your basket.", count), "success")
    elif not taken.left:
        flash(_("Nothing was chosen, so nothing went into the basket."), "warning")
    for left in taken.left[:10]:
        flash(_why(left), "warning")


def _why(left: Left) -> str:
    return f"{left.code}: {said(left.refusal)}"


def _codes() -> list[str]:
    return [code.strip()[:64] for code in request.form.getlist("service")[:200] if code.strip()]


def _typed() -> dict[tuple[str, int], str]:
    found = {name: _QUANTITY.fullmatch(name) for name in list(request.form)[:500]}
    return {(match[1], int(match[2])): request.form[name][:40] for name, match in found.items() if match}
