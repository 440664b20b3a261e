"""The admission desk: what waits with its deadline, one application, pass or return. It checks the form and no more."""

from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies import actions, queries
from market.agencies.forms import DecideForm, ReturnForm
from market.agencies.rules import AgencyState
from market.agencies.views.blueprint import agencies
from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.base.workdays import Calendar
from market.store.calendar import calendar
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.filters import day


@agencies.get("/desk/admission")
@needs(Permission.AGENCY_ADMISSION_DECIDE)
def admission() -> ResponseReturnValue:
    """What waits for the formal check, the most urgent first, and what was decided lately."""
    workdays, today = calendar(), clock.today()
    waiting = [(row, due_words(row.due_on, today, workdays)) for row in queries.waiting_for_check()]
    overdue = sum(due["tone"] == "late" for _row, due in waiting)
    form = DecideForm()
    return form.page("agencies/admission.html", waiting=waiting, overdue=overdue, decided=queries.decided_lately(20))


@agencies.get("/desk/admission/<ref>")
@needs(Permission.AGENCY_ADMISSION_DECIDE)
def application(ref: str) -> ResponseReturnValue:
    """One application as the desk sees it."""
    return _page(ref, ReturnForm())


@agencies.post("/desk/admission/<ref>/admit")
@needs(Permission.AGENCY_ADMISSION_DECIDE)
def admit(ref: str) -> ResponseReturnValue:
    """Pass the formal check."""
    form = DecideForm()
    if form.validate_on_submit():
        with transaction(queries.application_lock(ref)) as now:
            agency = queries.application_of(ref)
            actions.require_unchanged(agency, form.seen())
            actions.admit(agency, actor=current_actor(), now=now)
        flash(_("The agency is admitted and has been told."), "success")
    return redirect(url_for("agencies.admission"))


@agencies.post("/desk/admission/<ref>/return")
@needs(Permission.AGENCY_ADMISSION_DECIDE)
def send_back(ref: str) -> ResponseReturnValue:
    """Return an application for correction, for reasons of the closed list."""
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.application_lock(ref)) as now:
                agency = queries.application_of(ref)
                actions.require_unchanged(agency, form.seen())
                actions.send_back(agency, form.reasons.data or [], actor=current_actor(), now=now)
            flash(_("The application is returned, and the agency has been told why."), "success")
            return redirect(url_for("agencies.admission"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _page(ref: str, form: ReturnForm) -> ResponseReturnValue:
    agency = queries.application_of(ref)
    open_ = agency.state == AgencyState.IN_CHECK
    due = due_words(agency.check_due_on, clock.today(), calendar()) if open_ and agency.check_due_on else None
    papers = queries.papers_of(agency.id)
    return form.page("agencies/application.html", agency=agency, papers=papers, due=due, today=clock.today())


def due_words(due_on: date, today: date, workdays: Calendar) -> dict[str, Any]:
    """A deadline in words, with its exact day and its tone (soon on the last day, late after it)."""
    left = workdays.between(today, due_on)
    exact = _("due on %(day)s", day=day(due_on))
    if due_on < today:
        return {"text": _("overdue by %(days)s working days", days=max(1, -left)), "exact": exact, "tone": "late"}
    if left == 0:
        return {"text": _("due today"), "exact": exact, "tone": "soon"}
    return {"text": _("%(days)s working days left", days=left), "exact": exact, "tone": ""}
