"""My desk: everything that waits for me, with deadline and one click to the act; my messages; the journal."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.base.permissions import Permission
from market.notices.actions import mark_read
from market.notices.queries import unread
from market.pages.help.guides import guide_for
from market.pages.queries import inbox
from market.pages.queries import journal as journal_queries
from market.pages.waiting import places, waiting_for
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.labels import sentence
from market.web.paging import page_of, wanted

desks = Blueprint("desks", __name__, url_prefix="/desk")
LONGEST_OBJECT = 60
SHOWN = 8


@desks.get("")
@needs(Permission.ACCOUNT_SELF_USE)
def desk() -> ResponseReturnValue:
    """What waits for me."""
    actor = current_actor()
    groups = waiting_for(actor, clock.now())
    return render_template(
        "desks/desk.html",
        groups=groups,
        total=sum(len(group.waits) for group in groups),
        shown=SHOWN,
        shortcuts=[*places(actor), (_("Help"), url_for("pages.guide", key=guide_for(actor.role)))],
        unread=unread(actor.organisation) if actor.organisation else 0,
    )


@desks.get("/notices")
@needs(Permission.ACCOUNT_SELF_USE)
def notices() -> ResponseReturnValue:
    """Messages to my organisation, the newest first."""
    mine = current_actor().organisation or 0
    page = page_of(
        inbox.count(mine), wanted(request.args), lambda limit, offset: inbox.messages(mine, limit=limit, offset=offset)
    )
    told = {one.id: sentence(one.code, one.facts) for one in page.items}
    return render_template("desks/notices.html", page=page, told=told, unread=unread(mine))


@desks.post("/notices/read")
@needs(Permission.ACCOUNT_SELF_USE)
def read_notices() -> ResponseReturnValue:
    """Mark every message of my organisation as read."""
    mine = current_actor().organisation or 0
    with transaction() as now:
        mark_read(mine, now=now)
    flash(_("All messages are marked as read."), "success")
    return redirect(url_for("desks.notices"))


@desks.get("/journal")
@needs(Permission.JOURNAL_ENTRY_READ)
def journal() -> ResponseReturnValue:
    """Every act with its hash, the newest first; narrowed to one object in the address."""
    given = request.args.get("obj", "").strip()[:LONGEST_OBJECT]
    page = page_of(
        journal_queries.count(given),
        wanted(request.args),
        lambda limit, offset: journal_queries.rows(given, limit=limit, offset=offset),
        size=50,
    )
    return render_template("desks/journal.html", page=page, given=given)
