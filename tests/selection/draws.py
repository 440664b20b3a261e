"""What tests of draws share: a request that a draw decides, agencies that sign up, the clock, and a beacon."""

from dataclasses import dataclass
from datetime import timedelta

from market.base.draw import Drand
from market.base.people import Role
from market.journal.rules.policy import NOBODY, Policy
from market.selection import queries
from market.selection.actions import draws as actions
from market.selection.queries.draws import draw_of
from market.selection.queries.transcript import transcript
from market.store.db import db
from market.store.models import DatedSetting
from market.store.transaction import transaction
from tests.make import Listed, MadeAgency, Person, make_agency, make_listed_service, make_offer, make_person
from tests.make.ground import make_ground
from tests.selection import around
from tests.selection.around import DEADLINE, MadeRequest

BEACON = DEADLINE + timedelta(minutes=15)


@dataclass(frozen=True)
class Made:
    """A published request that a draw decides, and agencies that mark a price for it."""

    request: MadeRequest
    buyer: Person
    service: Listed
    agencies: tuple[MadeAgency, ...]

    @property
    def ref(self) -> str:
        """Its reference."""
        return self.request.ref


def made(at, *, agencies: int = 4, signed_up: int | None = None, **terms: object) -> Made:
    """Publish a request and let agencies sign up, with the clock at MONDAY."""
    at(around.MONDAY)
    service, buyer = make_listed_service(), make_person(role=Role.ENTERPRISE)
    found = tuple(make_agency() for _ in range(agencies))
    for agency in found:
        make_offer(agency=agency, service=service)
    request = around.opened_request(buyer, service, **{"method": "random", **terms})
    for agency in found[:signed_up]:
        sign_up(request.ref, agency)
    return Made(request, buyer, service, found)


def sign_up(ref: str, agency: MadeAgency, nonce: str = "") -> str:
    """Sign up; return the nonce."""
    with transaction(queries.request_lock(ref)) as now:
        return actions.sign_up(queries.request_open_to(agency.id, ref), nonce, actor=agency.actor, now=now).nonce


def leave(ref: str, agency: MadeAgency) -> None:
    """Take the sign-up back."""
    with transaction(queries.request_lock(ref)) as now:
        actions.leave(queries.request_open_to(agency.id, ref), actor=agency.actor, now=now)


def refuse(ref: str, agency: MadeAgency, why: str = "【虚构】人员不足，无法承接") -> None:
    """Refuse the award."""
    with transaction(queries.request_lock(ref)) as now:
        actions.refuse_award(queries.request_open_to(agency.id, ref), why, actor=agency.actor, now=now)


def use_beacon(kind: str) -> None:
    """Let draws that are announced from now on use another beacon."""
    setting_("draw.beacon", kind)


def setting_(key: str, value: object) -> None:
    """Change a setting from the first day on."""
    make_ground()
    with transaction():
        db.session.query(DatedSetting).filter_by(key=key).delete()
        db.session.add(
            DatedSetting(key=key, valid_from=around.MONDAY.date().replace(year=2020), value=value, source="test")
        )


def beacon_comes(ref: str, signature: str = "ab" * 48) -> None:
    """Keep a value for the round that the draw waits for; what a relay's job verified before it came here."""
    with transaction() as now:
        number = int(draw_of(ref).beacon_name)
        actions.keep_round(Drand(number, signature), now=now)


def told(ref: str, policy: Policy = NOBODY) -> dict:
    """Return the transcript."""
    with transaction():
        return transcript(draw_of(ref), policy)


def awarded(ref: str) -> list[tuple[str, str]]:
    """Return the awards' tickets and states in order."""
    return [(one["ticket"], one["state"]) for one in told(ref)["outcomes"]]
