"""The evaluation's desks: the officer opens and computes a year, a second person publishes it."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.evaluation import actions, queries
from market.evaluation.forms import OpenForm
from market.evaluation.models import Round
from market.evaluation.rules import ROUND
from market.ratings.rules import Factor
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

evaluation_desk = Blueprint("evaluation", __name__, url_prefix="/desk/evaluation")
_NOTHING: MultiDict[str, str] = MultiDict()


@evaluation_desk.get("")
@needs(Permission.EVALUATION_ROUND_READ)
def rounds() -> ResponseReturnValue:
    """Every year's evaluation with its state, and the officer's form to open another."""
    return _rounds(OpenForm(_NOTHING))


@evaluation_desk.post("")
@needs(Permission.EVALUATION_ROUND_COMPUTE)
def open_round() -> ResponseReturnValue:
    """Open the evaluation of a year."""
    form = OpenForm()
    _offer_schemes(form)
    if form.validate_on_submit():
        try:
            with transaction() as now:
                year = actions.open_round(form.year.data or 0, form.scheme.data, actor=current_actor(), now=now).year
            flash(_("The evaluation is open."), "success")
            return redirect(url_for("evaluation.one_year", year=year))
        except Refusal as refusal:
            form.refuse(refusal)
    return _rounds(form)


def _rounds(form: OpenForm) -> ResponseReturnValue:
    _offer_schemes(form)
    if form.year.data is None and not form.errors:
        form.year.data = clock.today().year - 1
    return form.page("evaluation/rounds.html", rounds=queries.rounds())


def _offer_schemes(form: OpenForm) -> None:
    form.scheme.choices = [(scheme.code, f"{scheme.code} · {scheme.title}") for scheme in queries.schemes()]


@evaluation_desk.get("/<int:year>")
@needs(Permission.EVALUATION_ROUND_READ)
def one_year(year: int) -> ResponseReturnValue:
    """One year's evaluation: the table as it would be (or was) published, the method, and the next act."""
    return _round(queries.round_of(year), HouseForm(_NOTHING))


@evaluation_desk.post("/<int:year>/compute")
@needs(Permission.EVALUATION_ROUND_COMPUTE)
def compute(year: int) -> ResponseReturnValue:
    """Compute the year from its rows."""
    return _act(year, actions.compute, _("The year is computed. A second person can publish it now."))


@evaluation_desk.post("/<int:year>/publish")
@needs(Permission.EVALUATION_ROUND_PUBLISH)
def publish(year: int) -> ResponseReturnValue:
    """Publish the computed year."""
    return _act(year, actions.publish, _("The evaluation is published, and every agency was told its grade."))


def _act(year: int, act: actions.RoundAct, done: str) -> ResponseReturnValue:
    form = HouseForm(_NOTHING)
    try:
        with transaction(queries.round_lock(year)) as now:
            act(queries.round_of(year), actor=current_actor(), now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _round(queries.round_of(year), form)
    flash(done, "success")
    return redirect(url_for("evaluation.one_year", year=year))


def _round(found: Round, form: HouseForm) -> ResponseReturnValue:
    return form.page(
        "evaluation/one_year.html",
        round=found,
        rules=queries.rules_of(found.scheme),
        table=queries.table_of(found),
        grades=queries.grades_in(found),
        factors=list(Factor),
        year_is_over=clock.today().year > found.year,
        can_compute=ROUND.allows(found.state, "compute"),
        computed_by_me=found.computed_by == current_actor().id,
    )


@evaluation_desk.get("/<int:year>/<agency_ref>")
@needs(Permission.EVALUATION_ROUND_READ)
def sheet(year: int, agency_ref: str) -> ResponseReturnValue:
    """One agency's sheet with every rating that was counted, before and after publication."""
    found = queries.round_of(year)
    return HouseForm(_NOTHING).page(
        "evaluation/sheet.html",
        round=found,
        rules=queries.rules_of(found.scheme),
        sheet=queries.sheet_of(found, agency_ref),
        factors=list(Factor),
    )
