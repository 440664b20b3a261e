"""The application's pages that say something anew: kind, details, services, the letter, and the last look."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.accounts.queries import organisation_of
from market.agencies import actions, queries
from market.agencies.forms import (
    KindForm,
    LetterForm,
    ProfileForm,
    ServicesForm,
    StepForm,
    SubmitForm,
    mark_of_stored,
)
from market.agencies.models import Agency, Filing
from market.agencies.rules import CORRECTABLE, AgencyKind
from market.agencies.rules.steps import FilingStep
from market.agencies.views.blueprint import agencies
from market.agencies.views.wizard import (
    Opened,
    look,
    onward,
    opened_for,
    public_values,
    stages,
    step_page,
    step_url,
    to_correct,
)
from market.base.errors import BadState, Refusal
from market.base.people import Actor
from market.base.permissions import Permission
from market.store.transaction import transaction
from market.web.access import current_actor, needs

MOST_SHOWN = 200
_MEANWHILE = "changed.meanwhile"


@agencies.route("/desk/agency/kind", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_kind() -> ResponseReturnValue:
    """Name and kind of body; sent for the first time, it begins the application."""
    actor, form = current_actor(), KindForm()
    mine = queries.agency_or_none(actor)
    if mine is not None and request.method == "GET" and not isinstance(to_correct(), Opened):
        return redirect(url_for("agencies.agency"))

    def save(filing: Filing, now: datetime) -> None:
        actions.save_profile(
            filing,
            replace(actions.profile_of(filing), kind=AgencyKind(form.kind.data), name=str(form.name.data)),
            actor=actor,
            now=now,
        )

    def begin(now: datetime) -> None:
        if form.version.data != mark_of_stored(_unsaid(actor)):
            raise BadState("filing.opened_elsewhere")
        said = actions.Profile(AgencyKind(form.kind.data), "", "", "")
        filing = actions.begin(said, actor=actor, now=now)
        actions.save_profile(filing, replace(said, name=str(form.name.data)), actor=actor, now=now)

    answer = _saved(form, FilingStep.KIND, save, begin)
    if answer is not None:
        return answer
    mine = queries.agency_or_none(actor)
    opened, organisation = opened_for(mine), organisation_of(actor.organisation or 0)
    if request.method == "GET":
        form.show(_stored(form, opened.filing) if opened else _unsaid(actor))
    elif opened is None:
        form.version.data = mark_of_stored(_unsaid(actor))
    return step_page(form, FilingStep.KIND, opened, organisation=organisation)


@agencies.route("/desk/agency/details", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_details() -> ResponseReturnValue:
    """Who answers for the agency, and how it is reached."""
    actor, form = current_actor(), ProfileForm()

    def save(filing: Filing, now: datetime) -> None:
        said = actions.Profile(AgencyKind(filing.agency_kind), **form.typed(), name=filing.name)
        actions.save_profile(filing, said, actor=actor, now=now)

    answer = _saved(form, FilingStep.DETAILS, save)
    if answer is not None:
        return answer
    opened = opened_for(queries.agency_or_none(actor))
    if opened is None or (request.method == "GET" and opened.filing.state not in CORRECTABLE):
        return redirect(url_for("agencies.agency"))
    if request.method == "GET":
        form.show(_stored(form, opened.filing))
    return step_page(form, FilingStep.DETAILS, opened)


@agencies.route("/desk/agency/services", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_services() -> ResponseReturnValue:
    """The services applied for: ticked, by category or by a search that keeps the ticks."""
    form, actor = ServicesForm(), current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                stored = look(*_mine(actor))
                chosen = {service.code for service in stored.services}
                shown = set(str(form.shown.data or "").split())
                ticked = set(request.form.getlist("services")) & shown
                differing = (chosen & shown) ^ ticked
                if differing and form.version.data != _mark(chosen):
                    return _merge_services(stored, shown, ticked)
                actions.choose_services(stored.filing, (chosen - shown) | ticked, actor=actor, now=now)
            if "look" in request.form:
                return redirect(url_for("agencies.step_services", q=request.form.get("q", "")[:100]))
            flash(_("Saved."), "success")
            return onward(FilingStep.SERVICES)
        except Refusal as refusal:
            form.refuse(refusal)
    opened = opened_for(queries.agency_or_none(actor))
    if opened is None or (request.method == "GET" and opened.filing.state not in CORRECTABLE):
        return redirect(url_for("agencies.agency"))
    return _services(form, opened)


@agencies.route("/desk/agency/letter", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_letter() -> ResponseReturnValue:
    """The commitment letter, whole, and its acceptance."""
    form, actor = LetterForm(), current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                actions.accept_commitment(_mine(actor)[1], actor=actor, now=now)
            flash(_("The commitment letter is accepted."), "success")
            return onward(FilingStep.LETTER)
        except Refusal as refusal:
            form.refuse(refusal)
    opened = opened_for(queries.agency_or_none(actor))
    if opened is None or (request.method == "GET" and opened.filing.state not in CORRECTABLE):
        return redirect(url_for("agencies.agency"))
    if request.method == "GET":
        form.commitment.data = opened.accepted
    return step_page(form, FilingStep.LETTER, opened, letter=opened.letter)


@agencies.route("/desk/agency/check", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def step_check() -> ResponseReturnValue:
    """Everything on one page before it is sent, and what is missing."""
    form, actor = SubmitForm(), current_actor()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                filing = _mine(actor)[1]
                actions.require_unchanged(filing, form.seen())
                actions.submit(filing, actor=actor, now=now)
            flash(_("Your registration is sent. The admission desk checks its form only."), "success")
            return redirect(url_for("agencies.agency"))
        except Refusal as refusal:
            form.refuse(refusal)
    opened = opened_for(queries.agency_or_none(actor))
    if opened is None:
        return redirect(url_for("agencies.agency"))
    form.version.data = str(opened.filing.row_version)
    return step_page(
        form,
        FilingStep.CHECK,
        opened,
        stages=stages(opened),
        missing=[stage for stage in stages(opened) if stage.state == "todo" and stage.step != FilingStep.CHECK],
        lacking=queries.lacking(opened.services, opened.view, opened.today),
        changed=_changed(opened),
        correctable=opened.filing.state in CORRECTABLE,
    )


def _saved(
    form: StepForm,
    step: FilingStep,
    save: Callable[[Filing, datetime], None],
    begin: Callable[[datetime], None] | None = None,
) -> ResponseReturnValue | None:
    """Save a step that was sent and go on; None shows its page. A form opened before a change gets the merge page."""
    if not form.validate_on_submit():
        return None
    actor = current_actor()
    try:
        with transaction(queries.agency_lock(actor)) as now:
            if begin is not None and queries.agency_or_none(actor) is None:
                begin(now)
            else:
                _agency, filing = _mine(actor)
                if form.differing(_stored(form, filing)):
                    raise BadState(_MEANWHILE)
                save(filing, now)
        flash(_("Saved."), "success")
        return onward(step)
    except Refusal as refusal:
        if refusal.code == _MEANWHILE:
            return _merge(form, step, _stored(form, _mine(actor)[1]))
        form.refuse(refusal)
        return None


def _mine(actor: Actor) -> tuple[Agency, Filing]:
    agency = queries.agency_of(actor)
    return agency, queries.filing_of(agency.id)


def _stored(form: StepForm, filing: Filing) -> dict[str, str]:
    return {name: filing.agency_kind if name == "kind" else getattr(filing, name) for name in form.COLUMNS}


def _unsaid(actor: Actor) -> dict[str, str]:
    """What the page of name and kind shows before there is an application."""
    return {"name": organisation_of(actor.organisation or 0).name, "kind": ""}


def _merge(form: StepForm, step: FilingStep, stored: Mapping[str, str]) -> ResponseReturnValue:
    """What was saved meanwhile beside what was typed here, for each column that differs: the reader chooses."""
    differing = form.differing(stored)
    page = render_template(
        "agencies/merge.html",
        form=form,
        step=step,
        step_url=step_url,
        stored=stored,
        typed=form.typed(),
        differing=differing,
        version=mark_of_stored(stored),
    )
    return page, BadState.status


def _merge_services(opened: Opened, shown: set[str], ticked: set[str]) -> ResponseReturnValue:
    chosen = {service.code for service in opened.services}
    differing = (chosen & shown) ^ ticked
    listed = queries.listed_services(opened.edition_id, differing)
    page = render_template(
        "agencies/merge_services.html",
        step=FilingStep.SERVICES,
        listed=listed,
        chosen=chosen,
        same=sorted((chosen & shown) & ticked),
        shown=" ".join(sorted(shown)),
        version=_mark(chosen),
    )
    return page, BadState.status


def _mark(chosen: set[str]) -> str:
    return mark_of_stored({"services": " ".join(sorted(chosen))})


def _services(form: ServicesForm, opened: Opened) -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()[:100]
    chosen = {service.code for service in opened.services}
    listed = queries.listed_services(opened.edition_id)
    found = [one for one in listed if wanted.lower() in f"{one.code} {one.zh} {one.en} {one.category_zh}".lower()]
    few = len(found) <= MOST_SHOWN
    rows = found if few else [one for one in found if one.code in chosen]
    ticked = set(request.form.getlist("services")) if request.method == "POST" else chosen
    groups: dict[str, list[queries.ListedService]] = {}
    for one in rows:
        groups.setdefault(one.category, []).append(one)
    if request.method == "GET":
        form.version.data = _mark(chosen)
        form.shown.data = " ".join(one.code for one in rows)
    return step_page(
        form, FilingStep.SERVICES, opened, groups=groups, ticked=ticked, wanted=wanted, few=few, found=len(found)
    )


def _changed(opened: Opened) -> list[tuple[str, str, str]]:
    """What a change says anew: (field, now public, will be)."""
    said = [(name, value, getattr(opened.filing, name)) for name, value in public_values(opened).items()]
    return [one for one in said if one[1] != one[2]]
