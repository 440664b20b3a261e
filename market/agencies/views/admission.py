"""The admission desk: what waits with its deadline, one application, pass or return. It checks the form and no more."""

from datetime import date
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from market.agencies import actions, queries
from market.agencies.forms import DecideForm, ReturnForm, SuspendForm
from market.agencies.models import Filing
from market.agencies.rules import FilingField, FilingKind, FilingState, SuspensionGround
from market.agencies.views.blueprint import agencies
from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.base.workdays import Calendar
from market.catalogue.queries import edition_in_force_or_none
from market.store.calendar import calendar
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.filters import day
from market.web.labels import labels


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
            filing = queries.sent_filing(ref)
            actions.require_unchanged(filing, form.seen())
            actions.pass_filing(filing, actor=current_actor(), now=now)
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
                filing = queries.sent_filing(ref)
                actions.require_unchanged(filing, form.seen())
                actions.send_back(filing, form.named(), actor=current_actor(), now=now)
            flash(_("The application is returned, and the agency has been told why."), "success")
            return redirect(url_for("agencies.admission"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _page(ref: str, form: ReturnForm) -> ResponseReturnValue:
    filing, today = queries.sent_filing(ref), clock.today()
    open_ = filing.state == FilingState.IN_CHECK
    due = due_words(filing.check_due_on, today, calendar()) if open_ and filing.check_due_on else None
    edition = edition_in_force_or_none(today)
    view = queries.filing_view(filing, edition.id if edition else 0)
    # Before the first admission nothing is public that could be put beside it.
    changes = filing.kind == FilingKind.CHANGE and filing.state != FilingState.PASSED
    return form.page(
        "agencies/application.html",
        agency=filing.agency,
        view=view,
        rows=_said(filing, changes=changes),
        changes=changes,
        public_services=queries.services_passed(filing.agency_id) if changes else set(),
        ticks=form.ticks(),
        due=due,
        today=today,
    )


def _said(filing: Filing, *, changes: bool) -> list[tuple[str, str, str]]:
    """What a filing says of the agency: field, what is public now ("" when nothing is compared), what it will be."""
    agency, words = filing.agency, labels()
    organisation = agency.organisation
    rows = [
        (FilingField.NAME, organisation.name, filing.name),
        (FilingField.USCC, organisation.uscc or "", organisation.uscc or ""),
        (FilingField.KIND, words[f"agency_kind.{agency.kind}"], words[f"agency_kind.{filing.agency_kind}"]),
    ]
    told = (
        FilingField.LEGAL_REPRESENTATIVE,
        FilingField.CONTACT_NAME,
        FilingField.PHONE,
        FilingField.CONTACT_EMAIL,
        FilingField.ADDRESS,
    )
    rows += [(field, getattr(agency, field), getattr(filing, field)) for field in told]
    return [(str(field), before if changes else "", after) for field, before, after in rows]


@agencies.get("/desk/overdue-checks")
@needs(Permission.AGENCY_ADMISSION_WATCH)
def overdue_checks() -> ResponseReturnValue:
    """Checks whose day has passed: the supervisor sees them, and the desk cannot hide them."""
    today, workdays = clock.today(), calendar()
    waiting = [(row, due_words(row.due_on, today, workdays)) for row in queries.overdue_checks(today)]
    return render_template("agencies/overdue_checks.html", waiting=waiting)


@agencies.get("/desk/suspensions")
@needs(Permission.AGENCY_SUSPENSION_DECIDE)
def suspensions() -> ResponseReturnValue:
    """Proposals that wait for a second person, suspensions that run, and a form to propose one."""
    return _suspensions(SuspendForm())


@agencies.post("/desk/suspensions")
@needs(Permission.AGENCY_SUSPENSION_DECIDE)
def propose_suspension() -> ResponseReturnValue:
    """Propose to suspend an agency."""
    form = SuspendForm()
    if form.validate_on_submit():
        try:
            ref = str(form.agency.data).strip().upper()
            with transaction(queries.application_lock(ref)) as now:
                given = actions.Proposal(SuspensionGround(form.ground.data), cast(date, form.last_day.data))
                agency = queries.agency_by_ref(ref)
                actions.propose_suspension(agency, given, actor=current_actor(), now=now)
            flash(_("The proposal is made. A second person confirms it or drops it."), "success")
            return redirect(url_for("agencies.suspensions"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _suspensions(form)


@agencies.post("/desk/suspensions/<ref>/confirm")
@needs(Permission.AGENCY_SUSPENSION_DECIDE)
def confirm_suspension(ref: str) -> ResponseReturnValue:
    """Confirm what another person proposed."""
    with transaction(queries.application_lock(ref)) as now:
        agency, row = queries.agency_by_ref(ref), queries.suspension_of(ref)
        actions.confirm_suspension(agency, row, actor=current_actor(), now=now)
    flash(_("The agency is suspended and has been told."), "success")
    return redirect(url_for("agencies.suspensions"))


@agencies.post("/desk/suspensions/<ref>/end")
@needs(Permission.AGENCY_SUSPENSION_DECIDE)
def end_suspension(ref: str) -> ResponseReturnValue:
    """Lift a suspension, or drop a proposal."""
    with transaction(queries.application_lock(ref)) as now:
        agency, row = queries.agency_by_ref(ref), queries.suspension_of(ref)
        actions.end_suspension(agency, row, actor=current_actor(), now=now)
    flash(_("The suspension is ended."), "success")
    return redirect(url_for("agencies.suspensions"))


def _suspensions(form: SuspendForm) -> ResponseReturnValue:
    rows = queries.open_suspensions()
    return form.page("agencies/suspensions.html", rows=rows, me=current_actor().id)


def due_words(due_on: date, today: date, workdays: Calendar) -> dict[str, Any]:
    """A deadline in words, with its exact day and its tone (soon on the last day, late after it)."""
    left = workdays.between(today, due_on)
    exact = _("due on %(day)s", day=day(due_on))
    if due_on < today:
        late = max(1, -left)
        text = ngettext("%(num)d working day late", "%(num)d working days late", late)
        return {"text": text, "exact": exact, "tone": "late"}
    if left == 0:
        return {"text": _("due today"), "exact": exact, "tone": "soon"}
    text = ngettext("%(num)d working day left", "%(num)d working days left", left)
    return {"text": text, "exact": exact, "tone": ""}
