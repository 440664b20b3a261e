"""Saved plans."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from market.base.errors import NotFound
from market.base.words import N_, register_sentences
from market.selection.models import Plan
from market.store.db import db

TOKEN_LENGTH = 22


def plan_of(token: str) -> Plan:
    """The plan of a link, with its edition; NotFound("plan.not_found")."""
    found = None
    if len(token) == TOKEN_LENGTH and token.isascii():
        found = db.session.scalar(select(Plan).where(Plan.token == token).options(joinedload(Plan.edition)))
    if found is None:
        raise NotFound("plan.not_found")
    return found


register_sentences(
    {
        "plan.not_found": N_(
            "There is no plan behind this link. Check that it was copied whole, or make the plan again in the navigator."
        )
    }
)
