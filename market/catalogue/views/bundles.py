"""The desk for what an edition says beside its entries: bundles, acts with marks, questions and rules."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base.errors import NotFound, Refusal
from market.base.permissions import Permission
from market.catalogue import queries
from market.catalogue.actions import bundle_edits as actions
from market.catalogue.actions.bundle_edits import GivenRow
from market.catalogue.actions.drafts import require_draft
from market.catalogue.forms.bundles import (
    ActForm,
    BundleForm,
    DraftForm,
    QuestionForm,
    RulesForm,
    typed_conditions,
    typed_options,
)
from market.catalogue.models import Edition
from market.catalogue.queries import bundles as read
from market.catalogue.views.blueprint import catalogue
from market.store.transaction import transaction
from market.web.access import current_actor, needs

Act = Callable[[Edition, datetime], object]
Form = TypeVar("Form", bound=DraftForm)


@catalogue.route("/<int:number>/bundles")
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def bundles(number: int) -> ResponseReturnValue:
    """Everything that can be changed here, in four tables."""
    edition = _draft(number)
    rules: dict[str, list[read.RuleRow]] = {}
    for row in read.rules_of(edition.id):
        rules.setdefault(row.code, []).append(row)
    return render_template(
        "catalogue/bundles.html",
        edition=edition,
        bundles=read.bundles_of(edition.id),
        questions=read.questions_of(edition.id),
        entries=queries.entries_of(edition),
        rules={code: typed_conditions([one.rule for one in found]).splitlines() for code, found in rules.items()},
        acts=read.acts_of(edition.id),
        marks=read.marks_of(edition.id),
    )


@catalogue.route("/<int:number>/bundles/new", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def new_bundle(number: int) -> ResponseReturnValue:
    """Add a bundle."""
    form = BundleForm()
    return _edit(
        number,
        form,
        _("New bundle"),
        lambda one, now: actions.set_bundle(one, "", form.given(), actor=current_actor(), now=now),
    )


@catalogue.route("/<int:number>/bundles/<code>", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def bundle(number: int, code: str) -> ResponseReturnValue:
    """Change a bundle; its code stays."""
    edition = _draft(number)
    try:
        found = read.bundle_of(edition, code)
    except NotFound:
        if request.method == "POST":
            return new_bundle(number)  # taken out meanwhile: what was typed is kept, and saved anew if so wished
        raise
    names = {act.id: act.name_zh for act in read.acts_of(edition.id)}
    orders = [
        f"{names.get(one.before_act_id, '')} → {names.get(one.after_act_id, '')} | {one.rests_on}"
        for one in read.orders_in(found.id)
    ]
    stored = {name: getattr(found, name) for name in ("code", "name_zh", "name_en", "summary_zh", "summary_en")}
    stored["acts"] = "\n".join(names.get(act, "") for act in read.acts_in(found.id))
    form = _filled(BundleForm, stored | {"orders": "\n".join(orders)})
    return _edit(
        number,
        form,
        found.name_zh,
        lambda one, now: actions.set_bundle(one, code, form.given(), actor=current_actor(), now=now),
        url_for("catalogue.remove_bundle", number=number, code=code),
    )


@catalogue.route("/<int:number>/bundles/<code>/remove", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def remove_bundle(number: int, code: str) -> ResponseReturnValue:
    """Take a bundle out."""
    return _done(number, lambda one, now: actions.remove_bundle(one, code, actor=current_actor(), now=now))


@catalogue.route("/<int:number>/bundles/<code>/raise", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def raise_bundle(number: int, code: str) -> ResponseReturnValue:
    """Let a bundle change places with the one before it."""
    return _done(number, lambda one, now: actions.raise_bundle(one, code, actor=current_actor(), now=now))


@catalogue.route("/<int:number>/questions/new", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def new_question(number: int) -> ResponseReturnValue:
    """Add a question."""
    form = QuestionForm()

    def write(one: Edition, now: datetime) -> None:
        actions.set_question(one, GivenRow("", form.given(), form.version), actor=current_actor(), now=now)

    return _edit(number, form, _("New question"), write)


@catalogue.route("/<int:number>/questions/<code>", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def question(number: int, code: str) -> ResponseReturnValue:
    """Change a question; its code stays."""
    found = next((one for one in read.questions_of(_draft(number).id) if one.code == code), None)
    if found is None and request.method == "POST":
        return new_question(number)
    if found is None:
        raise NotFound("question.not_found")
    names = ("code", "kind", "unit", "text_zh", "text_en", "rests_on")
    stored = {name: getattr(found, name) for name in names} | {"options": typed_options(found)}
    form, title = _filled(QuestionForm, stored), found.text_zh

    def write(one: Edition, now: datetime) -> None:
        actions.set_question(one, GivenRow(code, form.given(), form.version), actor=current_actor(), now=now)

    return _edit(number, form, title, write, url_for("catalogue.remove_question", number=number, code=code))


@catalogue.route("/<int:number>/questions/<code>/remove", methods=["POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def remove_question(number: int, code: str) -> ResponseReturnValue:
    """Take a question out that no rule asks."""
    return _done(number, lambda one, now: actions.remove_question(one, code, actor=current_actor(), now=now))


@catalogue.route("/<int:number>/rules/<code>", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def rules(number: int, code: str) -> ResponseReturnValue:
    """Change when a service is needed."""
    edition = _draft(number)
    entry = queries.entry_of(code, edition)
    found = [row.rule for row in read.rules_of(edition.id) if row.code == code]
    names = ("reason_zh", "reason_en", "rests_on", "judged")
    stored = {name: getattr(found[0], name) for name in names} if found else {}
    form = _filled(RulesForm, stored | {"conditions": typed_conditions(found)})
    return _edit(
        number,
        form,
        f"{code} {entry.name_zh}",
        lambda one, now: actions.set_rules(one, code, form.given(), actor=current_actor(), now=now),
    )


@catalogue.route("/<int:number>/acts/<int:act_id>", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def act(number: int, act_id: int) -> ResponseReturnValue:
    """Change the marks of an act."""
    edition = _draft(number)
    name = next((one.name_zh for one in read.acts_of(edition.id) if one.id == act_id), None)
    if name is None:
        raise NotFound("bundle.not_found")
    row = read.marks_of(edition.id).get(act_id)
    names = ("promised_days", "tolerates_missing", "by_commitment", "in_parallel", "rests_on")
    form = _filled(ActForm, {one: getattr(row, one) for one in names} if row else {})

    def write(one: Edition, now: datetime) -> None:
        actions.set_marks(one, GivenRow(str(act_id), form.given(), form.version), actor=current_actor(), now=now)

    return _edit(number, form, name, write)


def _draft(number: int) -> Edition:
    edition = queries.edition_numbered(number)
    require_draft(edition)
    return edition


def _filled(kind: type[Form], stored: dict[str, object]) -> Form:
    """The form as stored, or as typed where it was sent; the code of what is there stays as it is."""
    form = kind(data=stored)
    if "code" in stored:
        form["code"].data = stored["code"]
        form["code"].render_kw = {"readonly": True}
    return form


def _edit(number: int, form: DraftForm, title: str, write: Act, remove: str = "") -> ResponseReturnValue:
    edition = _draft(number)
    if form.validate_on_submit():
        try:
            with transaction(select(Edition).where(Edition.number == number)) as now:
                write(queries.edition_numbered(number), now)
        except Refusal as refusal:
            form.refuse(refusal)
            # The next save is for the draft as it is now: who reads the refusal has been told.
            edition = _draft(number)
            form.row_version.data = str(edition.row_version)
        else:
            flash(_("The draft is changed."), "success")
            return redirect(url_for("catalogue.bundles", number=number))
    form.row_version.data = form.row_version.data or str(edition.row_version)
    shown = [field for field in form if field.name not in ("csrf_token", "row_version")]
    acts = [one.name_zh for one in read.acts_of(edition.id)] if isinstance(form, BundleForm) else []
    asked = read.questions_of(edition.id) if isinstance(form, RulesForm) else []
    return form.page(
        "catalogue/bundle_form.html", edition=edition, title=title, shown=shown, remove=remove, acts=acts, asked=asked
    )


def _done(number: int, write: Act) -> ResponseReturnValue:
    with transaction(select(Edition).where(Edition.number == number)) as now:
        write(queries.edition_numbered(number), now)
    flash(_("The draft is changed."), "success")
    return redirect(url_for("catalogue.bundles", number=number))
