"""The list's desk: editions on their way from draft to publication by a second person."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission, may
from market.catalogue import actions, queries
from market.catalogue.forms import PublishForm
from market.catalogue.models import Edition
from market.catalogue.queries.bases import without_living_basis
from market.catalogue.rules import EDITION, EditionState
from market.catalogue.views.blueprint import catalogue
from market.journal.queries import history
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.paging import page_of, wanted

ENTRIES_A_PAGE = 50


@catalogue.route("/")
@needs(Permission.CATALOGUE_EDITION_READ)
def editions() -> ResponseReturnValue:
    """Every edition, newest first."""
    imports = may(current_actor().role, Permission.CATALOGUE_EDITION_DRAFT)
    return render_template("catalogue/editions.html", editions=queries.editions(), may_import=imports)


@catalogue.route("/<int:number>")
@needs(Permission.CATALOGUE_EDITION_READ)
def edition(number: int) -> ResponseReturnValue:
    """One edition: what it holds, what happened to it, and what I may do."""
    return _page(number, PublishForm())


@catalogue.route("/<int:number>/submit", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def submit(number: int) -> ResponseReturnValue:
    """Send a draft to review."""
    return _step(
        number,
        _("The edition was sent to review."),
        lambda one, now: actions.submit(one, actor=current_actor(), now=now),
    )


@catalogue.route("/<int:number>/return", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_APPROVE)
def send_back(number: int) -> ResponseReturnValue:
    """Return an edition to its drafter."""
    return _step(
        number, _("The edition was returned."), lambda one, now: actions.send_back(one, actor=current_actor(), now=now)
    )


@catalogue.route("/<int:number>/discard", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def discard(number: int) -> ResponseReturnValue:
    """Throw a draft away; the journal keeps that it was there."""
    with transaction(select(Edition).where(Edition.number == number)) as now:
        actions.discard(queries.edition_numbered(number), actor=current_actor(), now=now)
    flash(_("The draft is gone; the journal keeps that it was there."), "success")
    return redirect(url_for("catalogue.editions"))


@catalogue.route("/<int:number>/publish", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_APPROVE)
def publish(number: int) -> ResponseReturnValue:
    """Publish an edition that somebody else drafted."""
    form = PublishForm()
    if form.validate_on_submit():
        day = form.effective_from.data
        try:
            message = _("The edition is published. It can never be changed.")
            return _step(number, message, lambda one, now: actions.publish(one, day, actor=current_actor(), now=now))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(number, form)


def _step(number: int, message: str, act: Callable[[Edition, datetime], None]) -> ResponseReturnValue:
    with transaction(select(Edition).where(Edition.number == number)) as now:
        act(queries.edition_numbered(number), now)
    flash(message, "success")
    return redirect(url_for("catalogue.edition", number=number))


def _page(number: int, form: PublishForm) -> ResponseReturnValue:
    found = queries.edition_numbered(number)
    actor = current_actor()
    drafts = may(actor.role, Permission.CATALOGUE_EDITION_DRAFT)
    approves = may(actor.role, Permission.CATALOGUE_EDITION_APPROVE)
    current = queries.edition_in_force_or_none(clock.today())
    page = page_of(
        queries.count_entries(found),
        wanted(request.args),
        lambda limit, offset: queries.entries_between(found, limit, offset),
        size=ENTRIES_A_PAGE,
    )
    published = found.state == EditionState.PUBLISHED
    return form.page(
        "catalogue/edition.html",
        edition=found,
        page=page,
        against=current.number if current is not None and not published else None,
        dead=[] if published else without_living_basis(found.id, clock.today()),
        history=history(f"edition/{number}"),
        may_submit=drafts and EDITION.allows(found.state, "submit"),
        may_judge=approves and EDITION.allows(found.state, "publish") and found.drafted_by != actor.id,
        own_draft=approves and found.drafted_by == actor.id,
    )
