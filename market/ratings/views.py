"""Pages of ratings: rate a job once, read a job's rating, and an agency's own ratings."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.agencies.queries import agency_of
from market.base.errors import Refusal
from market.base.permissions import Permission
from market.contracts.queries import contract_lock, contract_of
from market.ratings import actions, queries
from market.ratings.forms import RateForm
from market.ratings.rules import NO_RATINGS, Factor
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.forms import HouseForm
from market.web.paging import page_of, wanted

ratings_desk = Blueprint("ratings", __name__, url_prefix="/desk")
_NOTHING: MultiDict[str, str] = MultiDict()


@ratings_desk.get("/contracts/<ref>/rating")
@needs(Permission.CONTRACT_PARTY_READ)
def rating(ref: str) -> ResponseReturnValue:
    """The rating of a job, for both parties; before it exists, the buyer's form."""
    return _page(ref, RateForm(_NOTHING))


@ratings_desk.post("/contracts/<ref>/rating")
@needs(Permission.RATING_ORDER_WRITE)
def rate(ref: str) -> ResponseReturnValue:
    """Rate an accepted job, once."""
    form = RateForm().in_words()
    if form.validate_on_submit():
        try:
            with transaction(contract_lock(ref)) as now:
                actor = current_actor()
                actions.rate(contract_of(actor, ref), form.given(), actor=actor, now=now)
            flash(_("Your rating stands. It is public and counts in the yearly evaluation."), "success")
            return redirect(url_for("ratings.rating", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _page(ref: str, form: RateForm) -> ResponseReturnValue:
    actor = current_actor()
    contract = contract_of(actor, ref)
    given = queries.rating_of_contract(contract)
    return form.in_words().page(
        "ratings/rating.html",
        contract=contract,
        given=given,
        levels=queries.levels_of(given) if given else {},
        factors=list(Factor),
        side="buyer" if contract.organisation_id == actor.organisation else "agency",
    )


@ratings_desk.get("/ratings")
@needs(Permission.CONTRACT_SELLER_ACT)
def received() -> ResponseReturnValue:
    """The ratings my agency received, with their summary."""
    agency = agency_of(current_actor())
    page = page_of(
        queries.count_of_agency(agency.id),
        wanted(request.args),
        lambda limit, offset: queries.ratings_of(agency.id, limit=limit, offset=offset),
    )
    summary = queries.summaries([agency.id]).get(agency.id, NO_RATINGS)
    return HouseForm(_NOTHING).page("ratings/received.html", page=page, summary=summary, factors=list(Factor))
