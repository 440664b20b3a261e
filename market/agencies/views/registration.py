"""An agency's own desk: what it says about itself, its papers, the commitment, and the sending."""

from datetime import date
from typing import cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies import actions, queries
from market.agencies.forms import PaperForm, ProfileForm, SubmitForm
from market.agencies.models import Agency
from market.agencies.rules import CORRECTABLE, AgencyKind, AgencyState
from market.agencies.views.blueprint import agencies
from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

STEP_OF = {
    None: 1,
    AgencyState.DRAFT: 2,
    AgencyState.RETURNED: 2,
    AgencyState.IN_CHECK: 4,
    AgencyState.ADMITTED: 5,
}
_NOTHING: MultiDict[str, str] = MultiDict()


@agencies.route("/desk/agency", methods=["GET", "POST"])
@needs(Permission.AGENCY_PROFILE_WRITE)
def agency() -> ResponseReturnValue:
    """My registration: begin it, correct it, see where it stands."""
    actor = current_actor()
    form = ProfileForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                known = queries.agency_or_none(actor)
                if known is None:
                    actions.begin(_profile(form), actor=actor, now=now)
                else:
                    actions.save_profile(known, _profile(form), actor=actor, now=now)
            flash(_("Your details are saved."), "success")
            return redirect(url_for("agencies.agency"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@agencies.post("/desk/agency/papers")
@needs(Permission.AGENCY_PROFILE_WRITE)
def add_paper() -> ResponseReturnValue:
    """Put a paper on record."""
    actor = current_actor()
    form = PaperForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                actions.add_paper(queries.agency_of(actor), _paper(form), actor=actor, now=now)
            flash(_("The paper is on record."), "success")
            return redirect(url_for("agencies.agency") + "#papers")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@agencies.post("/desk/agency/papers/<int:paper_id>/remove")
@needs(Permission.AGENCY_PROFILE_WRITE)
def remove_paper(paper_id: int) -> ResponseReturnValue:
    """Take a paper back before it is sent in."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        mine = queries.agency_of(actor)
        actions.remove_paper(mine, queries.paper_of(mine.id, paper_id), actor=actor, now=now)
    flash(_("The paper is taken back."), "success")
    return redirect(url_for("agencies.agency") + "#papers")


@agencies.post("/desk/agency/submit")
@needs(Permission.AGENCY_PROFILE_WRITE)
def submit() -> ResponseReturnValue:
    """Accept the commitment letter and send the registration to the formal check."""
    actor = current_actor()
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                mine = queries.agency_of(actor)
                if form.commitment.data:
                    actions.accept_commitment(mine, actor=actor, now=now)
                actions.submit(mine, actor=actor, now=now)
            flash(_("Your registration is sent. The admission desk checks its form only."), "success")
            return redirect(url_for("agencies.agency"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


def _page(acting: HouseForm) -> ResponseReturnValue:
    """The one page of the registration; `acting` is the form that was sent, the others show what is stored."""
    actor = current_actor()
    mine = queries.agency_or_none(actor)
    blank = _NOTHING if request.method == "POST" else None
    profile = acting if isinstance(acting, ProfileForm) else ProfileForm(blank)
    if mine is not None and (profile is not acting or request.method == "GET"):
        profile.process(data=_stored(mine))
    return acting.page(
        "agencies/agency.html",
        agency=mine,
        papers=queries.papers_of(mine.id) if mine else [],
        profile=profile,
        paper=acting if isinstance(acting, PaperForm) else PaperForm(_NOTHING),
        sending=acting if isinstance(acting, SubmitForm) else SubmitForm(_NOTHING),
        correctable=mine is None or mine.state in CORRECTABLE,
        editable=mine is None or mine.state != AgencyState.IN_CHECK,
        step=STEP_OF[AgencyState(mine.state) if mine else None],
        today=clock.today(),
    )


def _stored(mine: Agency) -> dict[str, str]:
    return {name: getattr(mine, name) for name in ("kind", "legal_representative", "phone", "address", "introduction")}


def _profile(form: ProfileForm) -> actions.Profile:
    return actions.Profile(
        AgencyKind(form.kind.data),
        form.legal_representative.data,
        form.phone.data,
        form.address.data,
        form.introduction.data or "",
    )


def _paper(form: PaperForm) -> actions.NewPaper:
    # A validated form has both days; WTForms' types do not know that.
    begin, end = cast(date, form.valid_from.data), cast(date, form.valid_until.data)
    return actions.NewPaper(form.name.data, form.number.data, form.issuer.data, begin, end)
