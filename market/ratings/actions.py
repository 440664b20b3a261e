"""Rate a job: once, by its buyer, after acceptance."""

from datetime import datetime

from market.accounts.models import Organisation
from market.base.errors import BadState, NotFound
from market.base.people import Actor
from market.base.refs import RefKind
from market.contracts.models import Contract
from market.contracts.queries import organisation_of_agency
from market.contracts.rules import ContractState
from market.journal.actions import record
from market.notices.actions import queue
from market.ratings import queries
from market.ratings.models import Rating
from market.ratings.rules import Given, check_given
from market.store.db import db
from market.store.references import next_reference


def rate(contract: Contract, given: Given, *, actor: Actor, now: datetime) -> Rating:
    """Write the buyer's one rating of an accepted contract.

    Refuses `rating.not_accepted`, `rating.exists`, `rating.level`, `rating.comment_needed`; anybody but the buyer does
    not find the contract.
    """
    if actor.organisation is None or contract.organisation_id != actor.organisation:
        raise NotFound("contract.not_found")
    if contract.state != ContractState.ACCEPTED:
        raise BadState("rating.not_accepted")
    if queries.rating_of_contract(contract) is not None:
        raise BadState("rating.exists")
    comment = check_given(given)
    levels = {str(factor): level for factor, level in given.levels.items()}
    rating = Rating(
        ref=next_reference(RefKind.RATING, now),
        contract_id=contract.id,
        agency_id=contract.agency_id,
        organisation_id=contract.organisation_id,
        **levels,
        comment=comment,
        rated_at=now,
        rated_by=actor.id,
    )
    db.session.add(rating)
    db.session.flush()
    facts = {"contract": contract.ref, **levels, "comment": comment}
    record("rating.rate", f"rating/{rating.ref}", actor=actor, payload=facts, now=now)
    buyer = db.session.get_one(Organisation, contract.organisation_id)
    told = {"ref": contract.ref, "buyer": buyer.name, "link": f"/desk/contracts/{contract.ref}/rating"}
    queue("notice.rating.received", to=[organisation_of_agency(contract.agency_id).id], facts=told, now=now)
    return rating
