"""Sheets at the desk: an agency's papers and prices, and new agencies: hand in, look at what it changes, confirm."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.agencies import queries
from market.agencies.actions.uploads import MOST_ENTRIES, confirm, take_in
from market.agencies.forms import SheetForm
from market.agencies.importing import read_sheets
from market.agencies.importing.columns import SHEETS
from market.agencies.importing.writing import ENTRY_PARTS, OWN_PARTS, template, workbook
from market.agencies.queries.own_sheet import own_sheet
from market.agencies.queries.uploads import bad_of, newest_uploads, upload_lock, upload_of
from market.agencies.rules import AgencyState
from market.agencies.rules.uploads import UploadPurpose, UploadState
from market.agencies.views.blueprint import agencies
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.base.sheets.columns import PROBLEMS
from market.base.sheets.marking import marked_workbook
from market.base.sheets.uploads import Upload
from market.store.transaction import transaction
from market.web import locale
from market.web.access import current_actor, needs
from market.web.attached import attached
from market.web.labels import sentence

_OWN, _ENTRY = UploadPurpose.OWN, UploadPurpose.ENTRY


@agencies.route("/desk/sheets", methods=["GET", "POST"])
@needs(Permission.AGENCY_OFFER_MARK)
def own_sheets() -> ResponseReturnValue:
    """Hand in my papers and prices as a workbook."""
    mine = queries.agency_or_none(current_actor())
    return _hand_in(_OWN, admitted=mine is not None and mine.state == AgencyState.ADMITTED, agency=mine)


@agencies.get("/desk/sheets/<int:upload_id>")
@needs(Permission.AGENCY_OFFER_MARK)
def own_sheet_page(upload_id: int) -> ResponseReturnValue:
    """What a sheet of mine would change, or its bad cells."""
    return _page(_OWN, upload_id)


@agencies.post("/desk/sheets/<int:upload_id>/confirm")
@needs(Permission.AGENCY_OFFER_MARK)
def confirm_own_sheet(upload_id: int) -> ResponseReturnValue:
    """Write a sheet of mine as it was shown."""
    return _confirm(_OWN, upload_id)


@agencies.get("/desk/sheets/<int:upload_id>/marked.xlsx")
@needs(Permission.AGENCY_OFFER_MARK)
def marked_own_sheet(upload_id: int) -> ResponseReturnValue:
    """A sheet of mine with every bad cell marked."""
    return _marked(_OWN, upload_id)


@agencies.get("/desk/sheets/template.xlsx")
@needs(Permission.AGENCY_OFFER_MARK)
def own_sheet_template() -> ResponseReturnValue:
    """An empty workbook for papers and prices."""
    return attached(_("Papers and prices") + ".xlsx", template(OWN_PARTS), "xlsx")


@agencies.get("/desk/sheets/mine.xlsx")
@needs(Permission.AGENCY_OFFER_MARK)
def own_sheet_export() -> ResponseReturnValue:
    """My papers and prices as they stand, in the same columns."""
    mine = queries.agency_of(current_actor())
    return attached(f"{_('Papers and prices')}-{mine.ref}.xlsx", workbook(own_sheet(mine)), "xlsx")


@agencies.route("/desk/entry-sheets", methods=["GET", "POST"])
@needs(Permission.AGENCY_ENTRY_BRING)
def entry_sheets() -> ResponseReturnValue:
    """Bring new agencies in from a workbook."""
    return _hand_in(_ENTRY, most=MOST_ENTRIES)


@agencies.get("/desk/entry-sheets/<int:upload_id>")
@needs(Permission.AGENCY_ENTRY_BRING)
def entry_sheet_page(upload_id: int) -> ResponseReturnValue:
    """The agencies that a sheet would bring in, or its bad cells."""
    return _page(_ENTRY, upload_id)


@agencies.post("/desk/entry-sheets/<int:upload_id>/confirm")
@needs(Permission.AGENCY_ENTRY_BRING)
def confirm_entry_sheet(upload_id: int) -> ResponseReturnValue:
    """Hand the applications of a sheet in to the formal check."""
    return _confirm(_ENTRY, upload_id)


@agencies.get("/desk/entry-sheets/<int:upload_id>/marked.xlsx")
@needs(Permission.AGENCY_ENTRY_BRING)
def marked_entry_sheet(upload_id: int) -> ResponseReturnValue:
    """A sheet of new agencies with every bad cell marked."""
    return _marked(_ENTRY, upload_id)


@agencies.get("/desk/entry-sheets/template.xlsx")
@needs(Permission.AGENCY_ENTRY_BRING)
def entry_sheet_template() -> ResponseReturnValue:
    """An empty workbook for new agencies and their papers."""
    return attached(_("New agencies") + ".xlsx", template(ENTRY_PARTS), "xlsx")


_PAGES = {_OWN: "agencies.own_sheet_page", _ENTRY: "agencies.entry_sheet_page"}
_TEMPLATES = {_OWN: "agencies/own_sheets.html", _ENTRY: "agencies/entry_sheets.html"}


def _hand_in(purpose: UploadPurpose, **values: Any) -> ResponseReturnValue:
    form, actor = SheetForm(), current_actor()
    if form.validate_on_submit():
        try:
            upload = form.upload()
            sheets = read_sheets(upload)
            with transaction() as now:
                upload_id = take_in(upload, sheets, purpose, actor=actor, now=now).id
            return redirect(url_for(_PAGES[purpose], upload_id=upload_id))
        except Refusal as refusal:
            form.refuse(refusal)
    newest = newest_uploads(actor, purpose)
    return form.page(_TEMPLATES[purpose], newest=newest, page=_PAGES[purpose], sheets=SHEETS, **values)


def _page(purpose: UploadPurpose, upload_id: int) -> ResponseReturnValue:
    found = upload_of(current_actor(), purpose, upload_id)
    return render_template(
        f"agencies/{purpose}_sheet_page.html",
        found=found,
        bad=[(cell, sentence(cell.code, cell.facts)) for cell in bad_of(found)],
        changes=[_worded(one) if purpose == _OWN else _signed(one) for one in found.told],
    )


def _worded(change: dict[str, Any]) -> dict[str, Any]:
    english = locale.current() == "en"
    name = "name_en" if english else "name_zh"
    marks = {
        side: [(one[name], sentence(one["code"], one["facts"])) for one in change[side]] for side in ("was", "now")
    }
    begins = datetime.fromisoformat(change["begins"]) if change["begins"] else None
    region = change["region_en" if english else "region_zh"]
    return {**change, **marks, "name": change[name], "region": region, "begins": begins}


def _signed(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"signed_on": date.fromisoformat(one["signed_on"])}


def _confirm(purpose: UploadPurpose, upload_id: int) -> ResponseReturnValue:
    actor = current_actor()
    found = upload_of(actor, purpose, upload_id)
    sheets = read_sheets(Upload(found.name, found.content))
    locks = [upload_lock(actor, purpose, upload_id)]
    if purpose == _OWN:
        locks.append(queries.agency_lock(actor))
    try:
        with transaction(*locks) as now:
            written = confirm(upload_of(actor, purpose, upload_id), sheets, actor=actor, now=now)
    except Refusal as refusal:
        if refusal.code != "sheet_upload.written_already":
            raise
        # A second press of the button finds what the first one did.
        flash(sentence(refusal.code, refusal.facts), "info")
        return redirect(url_for(_PAGES[purpose], upload_id=upload_id))
    if written:
        flash(_("The sheet is written, all of it."), "success")
    else:
        flash(_("Something changed since you looked. This is what the sheet would do now; confirm it again."), "error")
    return redirect(url_for(_PAGES[purpose], upload_id=upload_id))


def _marked(purpose: UploadPurpose, upload_id: int) -> ResponseReturnValue:
    found = upload_of(current_actor(), purpose, upload_id)
    if found.state != UploadState.REFUSED:
        raise NotFound("sheet_upload.not_found")
    content = marked_workbook(Upload(found.name, found.content), bad_of(found), _)
    return attached(f"{found.name.rpartition('.')[0]}-{PROBLEMS}.xlsx", content, "xlsx")
