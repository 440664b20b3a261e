"""The application's pages that bring something: papers, practitioners, authorised persons, attachments."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies import actions, queries
from market.agencies.actions.records import Recorded
from market.agencies.forms import AttachmentForm, PaperForm, PersonForm, PractitionerForm
from market.agencies.models import Attachment, Filing
from market.agencies.rules import CORRECTABLE, Slot
from market.agencies.rules.steps import FilingStep
from market.agencies.views.blueprint import agencies
from market.agencies.views.wizard import opened_for, step_page, step_url
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

_FINDERS: dict[str, Callable[[int, int], Recorded]] = {
    FilingStep.PAPERS: queries.paper_of,
    FilingStep.PRACTITIONERS: queries.practitioner_of,
    FilingStep.PERSONS: queries.person_of,
}


@agencies.route("/desk/agency/papers", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_papers() -> ResponseReturnValue:
    """The qualification papers, and one more."""
    form = PaperForm()

    def bring(filing: Filing, now: datetime) -> None:
        given = actions.NewPaper(
            form.name.data, form.number.data, form.issuer.data, *_days(form), *form.in_register()
        )  # fmt: skip
        actions.add_paper(filing, given, actor=current_actor(), now=now)

    return _records(form, FilingStep.PAPERS, bring)


@agencies.route("/desk/agency/practitioners", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_practitioners() -> ResponseReturnValue:
    """The people with certificates, and one more."""
    form = PractitionerForm()

    def bring(filing: Filing, now: datetime) -> None:
        said = (form.name.data, form.certificate_kind.data, form.certificate_number.data)
        actions.add_practitioner(filing, actions.NewPractitioner(*said, *_days(form)), actor=current_actor(), now=now)

    return _records(form, FilingStep.PRACTITIONERS, bring)


@agencies.route("/desk/agency/persons", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_persons() -> ResponseReturnValue:
    """The people who may act before the desk, and one more."""
    form = PersonForm()

    def bring(filing: Filing, now: datetime) -> None:
        given = actions.NewPerson(form.name.data, form.phone.data, *_days(form))
        actions.add_person(filing, given, actor=current_actor(), now=now)

    return _records(form, FilingStep.PERSONS, bring)


@agencies.route("/desk/agency/attachments", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_attachments() -> ResponseReturnValue:
    """The files, and one more."""
    form = AttachmentForm()

    def bring(filing: Filing, now: datetime) -> None:
        given = actions.NewAttachment(Slot(form.slot.data), *form.given())
        actions.attach(filing, given, actor=current_actor(), now=now)

    return _records(form, FilingStep.ATTACHMENTS, bring)


@agencies.post("/desk/agency/<what>/<int:row_id>/remove")
@needs(Permission.AGENCY_PROFILE_WRITE)
def remove_record(what: str, row_id: int) -> ResponseReturnValue:
    """Take back what the application brought, or let it end what is on record."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        mine = queries.agency_of(actor)
        if what == FilingStep.ATTACHMENTS:
            row = queries.attachment_of(mine.id, row_id)
            actions.detach(queries.filing_of(mine.id), row, actor=actor, now=now)
        else:
            actions.remove(queries.filing_of(mine.id), _row(what, mine.id, row_id), actor=actor, now=now)
    flash(_("It is taken back."), "success")
    return redirect(step_url(what))


@agencies.post("/desk/agency/<what>/<int:row_id>/keep")
@needs(Permission.AGENCY_PROFILE_WRITE)
def keep_record(what: str, row_id: int) -> ResponseReturnValue:
    """Keep on record after all what the application was to end."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        mine = queries.agency_of(actor)
        actions.keep(queries.filing_of(mine.id), _row(what, mine.id, row_id), actor=actor, now=now)
    flash(_("It stays on record."), "success")
    return redirect(step_url(what))


@agencies.get("/desk/agency/attachments/<int:attachment_id>")
@needs(Permission.AGENCY_PROFILE_WRITE)
def attachment(attachment_id: int) -> ResponseReturnValue:
    """A file of one's own."""
    return _file(queries.attachment_of(queries.agency_of(current_actor()).id, attachment_id))


@agencies.get("/desk/admission/<ref>/attachments/<int:attachment_id>")
@needs(Permission.AGENCY_ADMISSION_DECIDE)
def attachment_at_desk(ref: str, attachment_id: int) -> ResponseReturnValue:
    """A file of an application that was sent in, for the desk."""
    return _file(queries.attachment_for_desk(ref, attachment_id))


def _file(row: Attachment) -> ResponseReturnValue:
    return send_file(io.BytesIO(row.content), mimetype=row.media_type, as_attachment=True, download_name=row.name)


def _row(what: str, agency_id: int, row_id: int) -> Recorded:
    find = _FINDERS.get(what)
    if find is None:
        raise NotFound("page.not_found")
    return find(agency_id, row_id)


def _days(form: Any) -> tuple[date, date]:
    # A validated form has both days; WTForms' types do not know that.
    return cast(date, form.valid_from.data), cast(date, form.valid_until.data)


def _records(form: HouseForm, step: FilingStep, bring: Callable[[Filing, datetime], None]) -> ResponseReturnValue:
    """Bring what was sent and stay, so that another one can follow; else the page with the form."""
    actor = current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                bring(queries.filing_of(queries.agency_of(actor).id), now)
            flash(_("It is in your application."), "success")
            return redirect(step_url(step))
        except Refusal as refusal:
            form.refuse(refusal)
    opened = opened_for(queries.agency_or_none(actor))
    if opened is None or (request.method == "GET" and opened.filing.state not in CORRECTABLE):
        return redirect(url_for("agencies.agency"))
    return step_page(form, step, opened, rows=getattr(opened.view, step))
