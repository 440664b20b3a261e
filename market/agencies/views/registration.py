"""An agency's own desk: what it says about itself, its papers, the commitment, and the sending."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies import actions, queries
from market.agencies.forms import PaperForm, ProfileForm, SubmitForm
from market.agencies.models import Agency, AgencyPaper, Filing
from market.agencies.rules import CORRECTABLE, OPEN, AgencyKind, AgencyState, FilingState
from market.agencies.views.blueprint import agencies
from market.base import clock
from market.base.errors import BadState, Refusal
from market.base.permissions import Permission
from market.catalogue.queries import edition_in_force_or_none
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm

STEP_OF = {
    None: 1,
    FilingState.DRAFT: 2,
    FilingState.RETURNED: 2,
    FilingState.IN_CHECK: 4,
    FilingState.PASSED: 5,
    FilingState.TAKEN_BACK: 1,
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
                mine = queries.agency_or_none(actor)
                filing = queries.open_filing(mine.id) if mine else None
                if filing is None:
                    actions.begin(_profile(form, mine), actor=actor, now=now)
                else:
                    actions.require_unchanged(filing, form.seen())
                    actions.save_profile(filing, _profile(form, mine), actor=actor, now=now)
            flash(_("Your details are saved."), "success")
            return redirect(url_for("agencies.agency"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@agencies.post("/desk/agency/papers")
@needs(Permission.AGENCY_PROFILE_WRITE)
def add_paper() -> ResponseReturnValue:
    """Bring a paper with the application that is open, or with a new change."""
    actor = current_actor()
    form = PaperForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                mine = queries.agency_of(actor)
                filing = queries.open_filing(mine.id) or actions.begin_change(mine, actor=actor, now=now)
                actions.add_paper(filing, _paper(form), actor=actor, now=now)
            flash(_("The paper is in your application."), "success")
            return redirect(url_for("agencies.agency") + "#papers")
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@agencies.post("/desk/agency/papers/<int:paper_id>/remove")
@needs(Permission.AGENCY_PROFILE_WRITE)
def remove_paper(paper_id: int) -> ResponseReturnValue:
    """Take a paper back before it is sent in, or let the open application end one that is on record."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        mine = queries.agency_of(actor)
        paper = queries.paper_of(mine.id, paper_id)
        actions.remove(queries.filing_of(mine.id), paper, actor=actor, now=now)
    flash(_("The paper is taken back."), "success")
    return redirect(url_for("agencies.agency") + "#papers")


@agencies.post("/desk/agency/submit")
@needs(Permission.AGENCY_PROFILE_WRITE)
def submit() -> ResponseReturnValue:
    """Accept the commitment letter and send the application to the formal check."""
    actor = current_actor()
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            with transaction(queries.agency_lock(actor)) as now:
                filing = _correctable(queries.agency_of(actor))
                if form.commitment.data:
                    actions.accept_commitment(filing, actor=actor, now=now)
                actions.submit(filing, actor=actor, now=now)
            flash(_("Your registration is sent. The admission desk checks its form only."), "success")
            return redirect(url_for("agencies.agency"))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(form)


@agencies.post("/desk/agency/take-back")
@needs(Permission.AGENCY_PROFILE_WRITE)
def take_back() -> ResponseReturnValue:
    """Take the open application back; what is published stays as it is."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        actions.take_back(queries.filing_of(queries.agency_of(actor).id), actor=actor, now=now)
    flash(_("The application is taken back."), "success")
    return redirect(url_for("agencies.agency"))


@agencies.post("/desk/agency/leave")
@needs(Permission.AGENCY_PROFILE_WRITE)
def leave() -> ResponseReturnValue:
    """Leave the market of one's own will."""
    actor = current_actor()
    with transaction(queries.agency_lock(actor)) as now:
        actions.leave(queries.agency_of(actor), actor=actor, now=now)
    flash(_("You have left the market. You may come back at any time."), "success")
    return redirect(url_for("agencies.agency"))


def _correctable(mine: Agency) -> Filing:
    filing = queries.filing_of(mine.id)
    if filing.state not in CORRECTABLE:
        raise BadState("filing.being_checked")
    return filing


def _page(acting: HouseForm) -> ResponseReturnValue:
    """The one page of the registration; `acting` is the form that was sent, the others show what is stored."""
    actor = current_actor()
    mine = queries.agency_or_none(actor)
    filing = queries.newest_filing(mine.id) if mine else None
    state = FilingState(filing.state) if filing else None
    blank = _NOTHING if request.method == "POST" else None
    profile = acting if isinstance(acting, ProfileForm) else ProfileForm(blank)
    stored = filing if filing is not None and state != FilingState.TAKEN_BACK else mine
    if stored is not None and (profile is not acting or request.method == "GET"):
        profile.process(data=_stored(stored))
    if profile is not acting or request.method == "GET":
        profile.version.data = str(filing.row_version) if filing and state in CORRECTABLE else ""
    today = clock.today()
    edition = edition_in_force_or_none(today)
    view = queries.filing_view(filing, edition.id if edition else 0) if filing else None
    return acting.page(
        "agencies/agency.html",
        agency=mine,
        filing=filing,
        papers=_papers(mine, view),
        returned=view.returned if view else {},
        letter=queries.commitment_on(today),
        profile=profile,
        paper=acting if isinstance(acting, PaperForm) else PaperForm(_NOTHING),
        sending=acting if isinstance(acting, SubmitForm) else SubmitForm(_NOTHING),
        correctable=filing is None or state in CORRECTABLE,
        editable=state != FilingState.IN_CHECK,
        admitted=mine is not None and mine.state in (AgencyState.ADMITTED, AgencyState.SUSPENDED),
        step=STEP_OF[state],
        today=today,
    )


def _papers(mine: Agency | None, view: queries.FilingView | None) -> Sequence[AgencyPaper]:
    """What an open application would put on record, else what is on record."""
    if mine is None or view is None:
        return []
    return view.papers if view.filing.state in OPEN else queries.papers_of(mine.id)


def _stored(row: Agency | Filing) -> dict[str, str]:
    said = actions.profile_of(row)
    return {
        "kind": said.kind,
        "legal_representative": said.legal_representative,
        "contact_name": said.contact_name,
        "contact_email": said.contact_email,
        "phone": said.phone,
        "address": said.address,
        "introduction": said.introduction,
    }


def _profile(form: ProfileForm, mine: Agency | None) -> actions.Profile:
    # After admission the kind of body stays what was checked.
    fixed = mine is not None and mine.state in (AgencyState.ADMITTED, AgencyState.SUSPENDED)
    return actions.Profile(
        AgencyKind(mine.kind if mine is not None and fixed else form.kind.data),
        form.legal_representative.data,
        form.phone.data,
        form.address.data,
        form.introduction.data or "",
        form.contact_name.data or "",
        form.contact_email.data or "",
    )


def _paper(form: PaperForm) -> actions.NewPaper:
    # A validated form has both days; WTForms' types do not know that.
    begin, end = cast(date, form.valid_from.data), cast(date, form.valid_until.data)
    return actions.NewPaper(form.name.data, form.number.data, form.issuer.data, begin, end, *form.in_register())
