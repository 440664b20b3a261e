"""The register's desk: enter a law, note its repeal, write an article's text."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission, may
from market.catalogue.actions import bases as actions
from market.catalogue.forms.bases import NOBODY, ArticleForm, BasisForm, StandingForm
from market.catalogue.models import LegalBasis
from market.catalogue.queries import bases as queries
from market.catalogue.queries import edition_in_force_or_none, unpublished_edition
from market.store.transaction import transaction
from market.web.access import current_actor, needs

bases_desk = Blueprint("bases_desk", __name__, url_prefix="/desk/bases")


@bases_desk.route("/", methods=["GET"])
@needs(Permission.CATALOGUE_EDITION_READ)
def register() -> ResponseReturnValue:
    """Every law of the register, those first that need the editor: repealed, and still cited."""
    return _register_page(_with_successors(BasisForm()))


@bases_desk.route("/", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def add() -> ResponseReturnValue:
    """Enter a law."""
    form = _with_successors(BasisForm())
    if form.validate_on_submit():
        try:
            with transaction() as now:
                title, number = form.title.data or "", form.number.data or ""
                basis = actions.add_basis(title, number, form.standing(), actor=current_actor(), now=now)
                number_of = basis.id
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The law was entered."), "success")
            return redirect(url_for("bases_desk.basis", basis_id=number_of))
    return _register_page(form)


@bases_desk.route("/<int:basis_id>")
@needs(Permission.CATALOGUE_EDITION_READ)
def basis(basis_id: int) -> ResponseReturnValue:
    """One law with its articles, what is known of it, and the entries that rest on it."""
    now = queries.latest_change(queries.basis_of(basis_id).id)
    known = StandingForm(
        formdata=None,
        organ=now.organ,
        in_force_from=now.in_force_from,
        repealed_from=now.repealed_from,
        superseded_by=now.superseded_by or NOBODY,
    )
    return _basis_page(basis_id, _with_successors(known), ArticleForm(formdata=None))


@bases_desk.route("/<int:basis_id>/change", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def change(basis_id: int) -> ResponseReturnValue:
    """Note what became of the law."""
    form = _with_successors(StandingForm())
    if form.validate_on_submit():
        try:
            with transaction(select(LegalBasis).where(LegalBasis.id == basis_id)) as now:
                actions.note_change(queries.basis_of(basis_id), form.standing(), actor=current_actor(), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(
                _("The register knows it; entries that cite a repealed law are marked from its last day on."), "success"
            )
            return redirect(url_for("bases_desk.basis", basis_id=basis_id))
    return _basis_page(basis_id, form, ArticleForm(formdata=None))


@bases_desk.route("/<int:basis_id>/articles", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def write_article(basis_id: int) -> ResponseReturnValue:
    """Write an article's text, which stays."""
    form = ArticleForm()
    if form.validate_on_submit():
        try:
            with transaction(select(LegalBasis).where(LegalBasis.id == basis_id)) as now:
                given = (form.article.data or "", form.text.data or "")
                actions.write_article(queries.basis_of(basis_id), *given, actor=current_actor(), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The article was written."), "success")
            return redirect(url_for("bases_desk.basis", basis_id=basis_id))
    return _basis_page(basis_id, _with_successors(StandingForm(formdata=None)), form)


def _with_successors(form: StandingForm) -> StandingForm:
    known = [(row.id, row.title) for row in queries.register(None)]
    form.superseded_by.choices = [(NOBODY, "—"), *known]
    return form


def _register_page(form: StandingForm) -> ResponseReturnValue:
    today = clock.today()
    current = edition_in_force_or_none(today)
    rows = queries.register(current.id if current else None)
    rows.sort(key=lambda row: (row.living(today) or not row.entries, row.living(today)))
    editing = may(current_actor().role, Permission.CATALOGUE_EDITION_DRAFT)
    return form.page("catalogue/bases.html", rows=rows, today=today, editing=editing)


def _basis_page(basis_id: int, form: StandingForm, article: ArticleForm) -> ResponseReturnValue:
    found = queries.basis_of(basis_id)
    current, draft = edition_in_force_or_none(clock.today()), unpublished_edition()
    citing = [(one, queries.entries_citing(basis_id, one.id)) for one in (current, draft) if one is not None]
    changes = queries.changes_of(basis_id)
    page = render_template(
        "catalogue/basis.html",
        basis=found,
        changes=changes,
        successors=queries.titles({one.superseded_by for one in changes}),
        citing=citing,
        form=form,
        article=article,
        editing=may(current_actor().role, Permission.CATALOGUE_EDITION_DRAFT),
        today=clock.today(),
    )
    refused = next((one.refused_status for one in (form, article) if one.errors), 200)
    return page, refused
