"""The entry editor: one entry of a draft edition with all its columns."""

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base.errors import NotFound, Refusal
from market.base.money import shown
from market.base.permissions import Permission
from market.catalogue import actions, queries
from market.catalogue.citations import citations
from market.catalogue.forms import EntryForm, typed_entry
from market.catalogue.models import Edition
from market.catalogue.queries.bases import told_article
from market.catalogue.queries.export import export_of
from market.catalogue.views.blueprint import catalogue
from market.store.transaction import transaction
from market.web.access import current_actor, needs


@catalogue.route("/<int:number>/entries/new", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def new_entry(number: int) -> ResponseReturnValue:
    """Add an entry to a draft."""
    return _edit(_draft(number), "")


@catalogue.route("/<int:number>/entries/<code>", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def entry(number: int, code: str) -> ResponseReturnValue:
    """Change an entry of a draft."""
    edition = _draft(number)
    queries.entry_of(code, edition)
    return _edit(edition, code)


@catalogue.route("/<int:number>/entries/<code>/remove", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def remove_entry(number: int, code: str) -> ResponseReturnValue:
    """Take an entry out of a draft."""
    given = actions.GivenEntry(code, {}, _version(request.form.get("row_version")))
    with transaction(select(Edition).where(Edition.number == number)) as now:
        actions.remove_entry(queries.edition_numbered(number), given, actor=current_actor(), now=now)
    flash(_("The entry was taken out of the draft."), "success")
    return redirect(url_for("catalogue.edition", number=number))


def _draft(number: int) -> Edition:
    edition = queries.edition_numbered(number)
    actions.require_draft(edition)
    return edition


def _edit(edition: Edition, code: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(edition, code, _stored_form(edition, code))
    form, number = EntryForm(), edition.number
    cells = form.checked() if form.validate() else None
    if cells is None:
        return _page(edition, code, form)
    given = actions.GivenEntry(code, cells, _version(form.row_version.data))
    try:
        written = _save(number, lambda one, now: actions.set_entry(one, given, actor=current_actor(), now=now).code)
    except Refusal as refusal:
        form.refuse(refusal)
        edition = _draft(number)
        # The next save is for the draft as it is now: who reads the refusal has been told.
        form.row_version.data = str(edition.row_version)
        return _page(edition, code, form)
    flash(_("The entry is saved in the draft."), "success")
    return redirect(url_for("catalogue.entry", number=number, code=written))


def _save(number: int, act: Callable[[Edition, datetime], str]) -> str:
    with transaction(select(Edition).where(Edition.number == number)) as now:
        return act(queries.edition_numbered(number), now)


def _stored_form(edition: Edition, code: str) -> EntryForm:
    ground = {"row_version": str(edition.row_version)}
    if not code:
        usual = {"confidence": "sourced", "setup_level": "prefecture", "self_service_allowed": "unknown"}
        return EntryForm(formdata=None, data={**ground, **usual})
    cells = next((one for one in export_of(edition).items if one["local_code"] == code), None)
    if cells is None:
        raise NotFound("service.not_listed", service=shown(code))
    return EntryForm(formdata=None, data={**typed_entry(cells), **ground})


def _version(typed: str | None) -> int:
    return int(typed) if typed and typed.isdecimal() and len(typed) < 10 else 0


def _page(edition: Edition, code: str, form: EntryForm) -> ResponseReturnValue:
    cited = [told_article(one.key, one.number, one.article) for one in citations(form["legal_basis_zh"].data or "")]
    return form.page(
        "catalogue/entry.html", edition=edition, code=code, groups=form.groups(), cited=cited,
        wide=[field.id for _, fields in form.groups() for field, _ in fields if field.type == "ProseField"],
    )  # fmt: skip
