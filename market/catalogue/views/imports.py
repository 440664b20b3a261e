"""The list as files at the desk: hand them in, watch the check, mend by the marked copy, take files away."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue import exporting, queries
from market.catalogue.actions import imports as actions
from market.catalogue.exporting import read_beside
from market.catalogue.forms.imports import ImportForm
from market.catalogue.importing import ListFiles, Upload
from market.catalogue.importing.marking import marked_copy
from market.catalogue.models import ListImport
from market.catalogue.queries.export import export_of
from market.catalogue.queries.imports import bad_of, import_of, newest_imports
from market.catalogue.rules import ImportState
from market.catalogue.views.blueprint import catalogue
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.attached import attached
from market.web.labels import said

SMALL = 200_000
"""Bytes up to which files are checked while the browser waits; more is checked by the jobs."""
_AGAIN = 2  # seconds until the page of progress looks again
_WRITERS = {"xlsx": exporting.xlsx, "csv": exporting.csv, "json": exporting.json}


@catalogue.route("/import", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def import_list() -> ResponseReturnValue:
    """Hand in a list as files."""
    form = ImportForm()
    if form.validate_on_submit():
        uploads = form.uploads()
        try:
            handed = actions.Handed(uploads, form.title.data or "", bool(form.replaces.data))
            return redirect(url_for("catalogue.import_page", import_id=_take_in(handed)))
        except Refusal as refusal:
            form.refuse(refusal)
    return form.page("catalogue/import.html", newest=newest_imports())


@catalogue.route("/import/<int:import_id>")
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def import_page(import_id: int) -> ResponseReturnValue:
    """What became of an import: its progress, its bad cells, or its draft."""
    found = import_of(import_id)
    if found.state == ImportState.DRAFTED:
        flash(_("The draft was made. This is what it would change."), "success")
        return redirect(_draft(found.edition_number or 0))
    answer = make_response(_shown(found))
    if found.state in (ImportState.WAITING, ImportState.CHECKING):
        answer.headers["Refresh"] = str(_AGAIN)
    return answer


@catalogue.route("/import/<int:import_id>/<role>/marked")
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def marked(import_id: int, role: str) -> ResponseReturnValue:
    """A file of an import with every bad cell marked."""
    found = import_of(import_id)
    file = next((one for one in found.files if one.role == role), None)
    if file is None or found.state != ImportState.REFUSED:
        raise NotFound("list_import.not_found")
    copy = marked_copy(Upload(file.name, file.content), bad_of(found), _)
    return attached(copy.name, copy.content, copy.name.rpartition(".")[2])


@catalogue.route("/template.xlsx")
@needs(Permission.CATALOGUE_EDITION_READ)
def template() -> ResponseReturnValue:
    """A workbook to fill in."""
    return attached("清单模板.xlsx", exporting.template(), "xlsx")


@catalogue.route("/<int:number>/list.<kind>")
@needs(Permission.CATALOGUE_EDITION_READ)
def export(number: int, kind: str) -> ResponseReturnValue:
    """An edition in any state as a file, with what only the desk may see."""
    if kind not in _WRITERS:
        raise NotFound("page.not_found")
    data = export_of(queries.edition_numbered(number))
    return attached(f"清单-{number}.{kind}", _WRITERS[kind](data), kind)


def _draft(number: int) -> str:
    """Where a new draft is looked at: beside the edition in force, or alone when there is none."""
    edition = queries.edition_in_force_or_none(clock.today())
    if edition is None:
        return url_for("catalogue.edition", number=number)
    return url_for("pages.difference_page", before=edition.number, after=number)


def _take_in(handed: actions.Handed) -> int:
    """Keep the files; small ones are checked at once. The import's key."""
    if sum(len(one.content) for one in handed.files.values()) > SMALL:
        with transaction() as now:
            return actions.take_in(handed, actor=current_actor(), now=now).id
    try:
        edition = queries.edition_in_force_or_none(clock.today())
        before = export_of(edition) if edition else None
        data = read_beside(ListFiles(**handed.files), before, lambda done, total: None)
        with transaction() as now:
            found = actions.take_in(handed, actor=current_actor(), now=now)
            actions.begin_check(found, now=now)
            actions.conclude(found, data, actor=current_actor(), now=now)
            return found.id
    except Refusal as refusal:
        with transaction() as now:
            found = actions.take_in(handed, actor=current_actor(), now=now)
            actions.begin_check(found, now=now)
            actions.fail(found, refusal, actor=current_actor(), now=now)
            return found.id


def _shown(found: ListImport) -> str:
    bad = bad_of(found)
    rows = [(cell, cell.sentence(_)) for cell in bad]
    marked_files = [one for one in found.files if any(cell.file == one.name for cell in bad)]
    reason = said(Refusal(found.reason, **found.facts)) if found.reason else ""
    form = ImportForm(formdata=None, title=found.title, replaces=found.replaces)
    return render_template(
        "catalogue/import_page.html", found=found, rows=rows, marked_files=marked_files, reason=reason, form=form
    )
