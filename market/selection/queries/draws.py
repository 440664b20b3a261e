"""Draws: who is in the pool, which beacon is awaited, what came of it, and the transcript that anybody can replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from market.accounts.models import Organisation
from market.agencies.models import Agency
from market.base.draw import BeaconKind
from market.base.errors import NotFound
from market.catalogue.models import Entry
from market.journal.models import JournalRow
from market.journal.queries import sequenced, witnessed_at
from market.journal.rules.policy import Policy
from market.selection.models import (
    Award,
    BeaconValue,
    Draw,
    DrawDecision,
    DrawExclusion,
    DrawPostponement,
    DrawRank,
    DrawRefusal,
    DrawSecret,
    Request,
    SignUp,
)
from market.selection.queries.requests import total_of
from market.selection.rules import DAY, AwardState, Decision, DrawState, lottery_day, seconds
from market.store.db import db


def draw_of(ref: str) -> Draw:
    """The draw of a reference; NotFound("draw.not_found")."""
    found = db.session.scalar(select(Draw).where(Draw.ref == ref))
    if found is None:
        raise NotFound("draw.not_found")
    return found


def draw_of_request(request_id: int) -> Draw | None:
    """The draw that decides a request, or none."""
    return db.session.scalar(select(Draw).where(Draw.request_id == request_id))


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who signed up; `excluded` is the reason why it is not in the pool, `position` its rank once drawn."""

    sign_up_id: int
    agency_id: int
    agency_ref: str
    agency: str
    organisation_id: int
    quote_id: int
    ticket: str
    nonce: str
    receipt: str
    received_at: datetime
    withdrawn_at: datetime | None
    total_fen: int
    excluded: str | None
    facts: dict[str, Any] | None
    position: int | None
    key: str | None

    @property
    def in_pool(self) -> bool:
        """Whether it takes part."""
        return self.withdrawn_at is None and self.excluded is None


def participants(draw_id: int) -> list[Participant]:
    """Everybody who signed up, by rank once drawn, else by ticket. One query."""
    query: Select[*tuple[Any, ...]] = (
        select(
            SignUp.id, SignUp.agency_id, Agency.ref, Organisation.name, Organisation.id, SignUp.quote_id, SignUp.ticket,
            SignUp.nonce, SignUp.receipt, SignUp.received_at, SignUp.withdrawn_at, total_of(SignUp.quote_id),
            DrawExclusion.reason, DrawExclusion.facts, DrawRank.position, DrawRank.key,
        )
        .join(Agency, Agency.id == SignUp.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(DrawExclusion, DrawExclusion.sign_up_id == SignUp.id)
        .outerjoin(DrawRank, DrawRank.sign_up_id == SignUp.id)
        .where(SignUp.draw_id == draw_id)
        .order_by(DrawRank.position.is_(None), DrawRank.position, SignUp.ticket, SignUp.id)
    )  # fmt: skip
    return [Participant(*row) for row in db.session.execute(query)]


def excluded(everybody: Sequence[Participant]) -> list[list[Any]]:
    """Who of them is not in the pool and why: receipt, reason and facts, as the freeze binds them."""
    return sorted([one.receipt, str(one.excluded), one.facts or {}] for one in everybody if one.excluded)


def sign_up_of(draw_id: int, agency_id: int) -> SignUp | None:
    """The agency's sign-up that stands."""
    query = select(SignUp).where(SignUp.draw_id == draw_id, SignUp.agency_id == agency_id)
    return db.session.scalar(query.where(SignUp.withdrawn_at.is_(None)))


def signed_up_count(draw_id: int) -> int:
    """How many stand; before the freeze the only thing anybody may know."""
    query = select(func.count()).select_from(SignUp)
    return db.session.scalar(query.where(SignUp.draw_id == draw_id, SignUp.withdrawn_at.is_(None))) or 0


@dataclass(frozen=True, slots=True)
class Awarded:
    """An award of a draw in its order; given up with a reason, or standing."""

    ref: str
    award_id: int
    agency_id: int
    agency: str
    ticket: str
    state: str
    decided_at: datetime
    reason: str | None
    explained: str | None
    refused_at: datetime | None


def awards_of_draw(draw: Draw) -> list[Awarded]:
    """Every award of a draw, the first one first. One query."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Award.ref, Award.id, Award.agency_id, Organisation.name, SignUp.ticket, Award.state, Award.decided_at,
            DrawRefusal.reason, DrawRefusal.explained, DrawRefusal.refused_at,
        )
        .join(SignUp, SignUp.quote_id == Award.quote_id)
        .join(Agency, Agency.id == Award.agency_id)
        .join(Organisation, Organisation.id == Agency.organisation_id)
        .outerjoin(DrawRefusal, DrawRefusal.award_id == Award.id)
        .where(Award.request_id == draw.request_id)
        .order_by(Award.id)
    )  # fmt: skip
    return [Awarded(*row) for row in db.session.execute(query)]


def postponements_of(draw_id: int) -> Sequence[DrawPostponement]:
    """Every postponement in its order."""
    query = select(DrawPostponement).where(DrawPostponement.draw_id == draw_id)
    return db.session.scalars(query.order_by(DrawPostponement.from_time)).all()


def decision_of(draw_id: int, decision: Decision) -> DrawDecision | None:
    """What was proposed or decided of a kind."""
    return db.session.scalar(
        select(DrawDecision).where(DrawDecision.draw_id == draw_id, DrawDecision.decision == decision)
    )


def all_proposed() -> list[tuple[str, DrawDecision]]:
    """Everything that waits for a second person, with its draw. One query."""
    query = select(Draw.ref, DrawDecision).join(Draw, Draw.id == DrawDecision.draw_id)
    rows = db.session.execute(query.where(DrawDecision.confirmed_by.is_(None)).order_by(DrawDecision.id))
    return [(row[0], row[1]) for row in rows]


def secrets_of(draw_id: int) -> Sequence[DrawSecret]:
    """Every committer's row, in the order of commitment."""
    return db.session.scalars(select(DrawSecret).where(DrawSecret.draw_id == draw_id).order_by(DrawSecret.number)).all()


def awaited(draw: Draw) -> tuple[str, str]:
    """Kind and name of the beacon that a draw waits for: the announced one, or the lottery once it has fallen back."""
    decided = decision_of(draw.id, Decision.FALLBACK)
    if decided is not None and decided.confirmed_by is not None:
        return BeaconKind.LOTTERY, lottery_day(draw.beacon_time + DAY)
    return draw.beacon, draw.beacon_name


def value_of(kind: str, name: str) -> BeaconValue | None:
    """A beacon's value that is known here."""
    return db.session.scalar(select(BeaconValue).where(BeaconValue.kind == kind, BeaconValue.name == name))


def value_drawn_by(draw: Draw) -> BeaconValue | None:
    """The value that a draw was drawn by."""
    return None if draw.beacon_value_id is None else db.session.get_one(BeaconValue, draw.beacon_value_id)


def draws_to_freeze(now: datetime) -> list[str]:
    """Draws whose sign-up has ended, the oldest first."""
    query = select(Draw.ref).where(Draw.state == DrawState.ANNOUNCED, Draw.signup_until <= now)
    return list(db.session.scalars(query.order_by(Draw.signup_until, Draw.id)))


def draws_to_draw(now: datetime) -> list[str]:
    """Draws whose beacon's time has come, the oldest first."""
    query = select(Draw.ref).where(Draw.state == DrawState.FROZEN, Draw.beacon_time <= seconds(now))
    return list(db.session.scalars(query.order_by(Draw.beacon_time, Draw.id)))


def draws_before_beacon(now: datetime, margin: int) -> list[str]:
    """Frozen draws that ask for witnesses and whose beacon comes within `margin` seconds."""
    moment = seconds(now)
    query = select(Draw.ref).where(Draw.state == DrawState.FROZEN, Draw.witnesses > 0)
    return list(db.session.scalars(query.where(Draw.beacon_time > moment, Draw.beacon_time <= moment + margin)))


def freeze_number(acts: Sequence[JournalRow]) -> int | None:
    """The number of the freeze in the public log, among a draw's acts; None before it has one. One query."""
    frozen = next((row for row in acts if row.act == "draw.freeze"), None)
    return sequenced(frozen.id) if frozen is not None else None


def confirmations(draw: Draw, number: int | None, policy: Policy) -> list[tuple[str, datetime]]:
    """The policy's witnesses that cosigned a head with the freeze, entry `number`, before the beacon, and when."""
    seen = witnessed_at(number, policy) if number is not None else []
    return [(witness, moment) for witness, moment in seen if moment.timestamp() < draw.beacon_time]


def rounds_awaited(now: datetime) -> list[int]:
    """The rounds of drand that frozen draws wait for and that are not known here yet."""
    query = (
        select(Draw.beacon_name)
        .outerjoin(BeaconValue, (BeaconValue.kind == Draw.beacon) & (BeaconValue.name == Draw.beacon_name))
        .where(Draw.state == DrawState.FROZEN, Draw.beacon == BeaconKind.DRAND, Draw.beacon_time <= seconds(now))
        .where(BeaconValue.id.is_(None))
        .distinct()
    )
    return sorted(int(name) for name in db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw in the public table."""

    ref: str
    state: str
    title: str
    buyer: str
    code: str
    beacon: str
    beacon_time: int
    signup_until: datetime
    drawn_at: datetime | None
    entered: int
    winner: str | None

    @property
    def beacon_at(self) -> datetime:
        """The moment of the beacon."""
        return datetime.fromtimestamp(self.beacon_time, UTC)


_buyer = aliased(Organisation)
_winner = aliased(Organisation)


def draws_count() -> int:
    """How many draws there are."""
    return db.session.scalar(select(func.count()).select_from(Draw)) or 0


def draw_rows(*conditions: ColumnElement[bool], limit: int, offset: int = 0) -> list[DrawRow]:
    """Draws as rows of the public table, the newest beacon first. One query."""
    entered = select(func.count()).where(SignUp.draw_id == Draw.id, SignUp.withdrawn_at.is_(None)).scalar_subquery()
    query: Select[*tuple[Any, ...]] = (
        select(
            Draw.ref, Draw.state, Request.title, _buyer.name, Entry.code, Draw.beacon, Draw.beacon_time,
            Draw.signup_until, Draw.drawn_at, entered, _winner.name,
        )
        .join(Request, Request.id == Draw.request_id)
        .join(Entry, Entry.id == Request.entry_id)
        .join(_buyer, _buyer.id == Request.organisation_id)
        .outerjoin(Award, (Award.request_id == Request.id) & (Award.state == AwardState.ACTIVE))
        .outerjoin(Agency, Agency.id == Award.agency_id)
        .outerjoin(_winner, _winner.id == Agency.organisation_id)
        .where(*conditions)
        .order_by(Draw.beacon_time.desc(), Draw.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [DrawRow(*row) for row in db.session.execute(query)]


def latest_drawn() -> DrawRow | None:
    """The newest draw that was drawn. One query."""
    found = draw_rows(Draw.state == DrawState.DRAWN, limit=1)
    return found[0] if found else None


def draws_waiting() -> list[DrawRow]:
    """Draws that two persons may still have something to do with: not decided yet, or drawn lately."""
    waiting = (DrawState.ANNOUNCED, DrawState.FROZEN, DrawState.DRAWN)
    return draw_rows(Draw.state.in_(waiting), limit=100)
