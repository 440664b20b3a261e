"""Keep a plan for whoever has its link."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from market.base.clock import china_date
from market.base.people import Actor
from market.base.throttle import Throttle
from market.base.words import N_, register_sentences
from market.journal.actions import record
from market.selection.models import Plan, PlanCount
from market.store.db import db

SAVING = Throttle("plan.too_many", 20, timedelta(hours=1))
_BITS = 128


@dataclass(frozen=True, slots=True)
class Given:
    """What makes a plan: only choices, answers and quantities that the list itself asks for, never free text."""

    edition_id: int
    bundle: str
    acts: Sequence[int]
    answers: Mapping[str, str]
    quantities: Mapping[str, str]

    def fingerprint(self, begins: date) -> str:
        """The digest of all of it begun on a day, the same whatever the order of answers and quantities."""
        given = {**asdict(self), "begins": begins.isoformat()}
        facts = json.dumps(given, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(facts.encode()).hexdigest()


def save(given: Given, *, sender: str, now: datetime) -> str:
    """Keep a plan and return the token of its link; of one day the same plan has one link, whoever keeps it.

    Its dates count from the day it is kept, so on another day it is another plan. `sender` is what the sender is
    counted under. Refuses TooMany("plan.too_many"); a plan kept already counts for nothing.
    """
    fingerprint = given.fingerprint(china_date(now))
    kept = select(Plan.token).where(Plan.fingerprint == fingerprint)
    if (known := db.session.scalar(kept)) is not None:
        return known
    try:
        with db.session.begin_nested():
            return _keep(given, fingerprint, sender=sender, now=now)
    except IntegrityError:
        # Of two clicks at once the second has the link of the first.
        if (known := db.session.scalar(kept)) is None:
            raise
        return known


def _keep(given: Given, fingerprint: str, *, sender: str, now: datetime) -> str:
    _count(sender, now)
    plan = Plan(
        token=secrets.token_urlsafe(_BITS // 8), fingerprint=fingerprint, edition_id=given.edition_id,
        bundle=given.bundle, acts=list(given.acts), answers=dict(given.answers), quantities=dict(given.quantities),
        created_at=now,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    # The token opens the plan, so the journal names it by its digest.
    facts = {"edition": given.edition_id, "bundle": given.bundle, "acts": list(given.acts)}
    record("plan.save", f"plan/{fingerprint[:16]}", actor=Actor.system(), payload=facts, now=now)
    return plan.token


def _count(sender: str, now: datetime) -> None:
    db.session.execute(delete(PlanCount).where(PlanCount.first_at < now - timedelta(days=1)))
    row = db.session.scalar(select(PlanCount).where(PlanCount.sender_hash == sender).with_for_update())
    if row is None:
        db.session.add(PlanCount(sender_hash=sender, times=1, first_at=now))
    else:
        SAVING.check(row.times, row.first_at, now)
        row.times, row.first_at = SAVING.after(row.times, row.first_at, now)
    db.session.flush()


register_sentences(
    {
        "plan.too_many": N_(
            "Too many plans were kept from your connection. Nothing is lost: the plan's own address keeps it; try"
            " again in {minutes} minutes."
        )
    }
)
