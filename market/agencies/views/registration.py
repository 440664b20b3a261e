"""An agency's own registration: where it stands, its list of steps, and how it begins, comes back and leaves."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.accounts.queries import organisation_of
from market.agencies import actions, queries
from market.agencies.rules import CORRECTABLE, OPEN, AgencyState, FilingState
from market.agencies.views.blueprint import agencies
from market.agencies.views.wizard import look, stages, step_url
from market.base.permissions import Permission
from market.store.transaction import transaction
from market.web.access import current_actor, needs


@agencies.get("/desk/agency")
@needs(Permission.AGENCY_PROFILE_WRITE)
def agency() -> ResponseReturnValue:
    """My registration: where it stands, and its steps."""
    actor = current_actor()
    mine = queries.agency_or_none(actor)
    filing = queries.newest_filing(mine.id) if mine else None
    opened = look(mine, filing) if mine is not None and filing is not None else None
    state = FilingState(filing.state) if filing else None
    return render_template(
        "agencies/agency.html",
        agency=mine,
        organisation=organisation_of(actor.organisation or 0),
        filing=filing,
        opened=opened,
        step_url=step_url,
        stages=stages(opened) if opened else [],
        open=state in OPEN,
        correctable=state in CORRECTABLE,
        admitted=mine is not None and mine.state in (AgencyState.ADMITTED, AgencyState.SUSPENDED),
        papers=queries.papers_of(mine.id) if mine else [],
    )


@agencies.post("/desk/agency/begin")
@needs(Permission.AGENCY_PROFILE_WRITE)
def begin() -> ResponseReturnValue:
    """Begin a change, come back after the exit, or begin anew what was taken back."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        actions.begin_change(queries.agency_of(actor), actor=actor, now=now)
    return redirect(url_for("agencies.agency"))


@agencies.post("/desk/agency/take-back")
@needs(Permission.AGENCY_PROFILE_WRITE)
def take_back() -> ResponseReturnValue:
    """Take the open application back; what is published stays as it is."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        actions.take_back(queries.filing_of(queries.agency_of(actor).id), actor=actor, now=now)
    flash(_("The application is taken back."), "success")
    return redirect(url_for("agencies.agency"))


@agencies.post("/desk/agency/leave")
@needs(Permission.AGENCY_PROFILE_WRITE)
def leave() -> ResponseReturnValue:
    """Leave the market of one's own will."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        actions.leave(queries.agency_of(actor), actor=actor, now=now)
    flash(_("You have left the market. You may come back at any time."), "success")
    return redirect(url_for("agencies.agency"))
