"""A request that a draw decides: sign-up, freeze, beacon, award, refusal, and the ways in which it ends without one."""

from datetime import timedelta

import pytest

from market.agencies.models import Agency
from market.base.errors import Refusal
from market.jobs import draws as jobs
from market.journal.actions import keep_cosignature, seal
from market.journal.queries import history
from market.journal.rules.note import LOG, WITNESS, Signer, cosigned, new_signer
from market.journal.rules.policy import Policy, Witness
from market.notices.models import Notice
from market.selection.draw import replay_draw as program
from market.selection.models import SignUp
from market.store.db import db
from market.store.transaction import transaction
from tests.selection import around, draws
from tests.selection.around import BEFORE, DEADLINE
from tests.selection.draws import BEACON


def run(at, moment) -> None:
    """Let the clock stand at a moment and its job run."""
    at(moment)
    jobs.watch_draws(())


def codes(organisation: int) -> list[str]:
    return [row.code for row in db.session.query(Notice).filter_by(organisation_id=organisation).order_by(Notice.id)]


def test_from_sign_up_to_the_award_of_rank_one(session, at):
    made = draws.made(at, agencies=4, signed_up=4)
    at(BEFORE)
    draws.leave(made.ref, made.agencies[3])
    assert draws.told(made.ref)["state"] == "announced"
    assert "pool" not in draws.told(made.ref)
    run(at, DEADLINE)
    frozen = draws.told(made.ref)
    assert (frozen["state"], len(frozen["pool"]), len(frozen["receipts"]), len(frozen["withdrawn"])) == (
        "frozen",
        3,
        3,
        1,
    )
    run(at, BEACON)
    assert draws.told(made.ref)["state"] == "frozen", "no beacon, no result"
    draws.beacon_comes(made.ref)
    run(at, BEACON)
    run(at, BEACON)
    done = draws.told(made.ref)
    assert done["state"] == "drawn"
    assert draws.awarded(made.ref) == [(done["ranking"][0], "active")]
    assert around.state_of(made.request) == "awarded"
    winners = [one for one in made.agencies if "notice.request.awarded" in codes(one.organisation_id)]
    assert len(winners) == 1
    assert "notice.request.chosen" in codes(made.buyer.organisation_id)


def test_scenario_15_whoever_refuses_is_replaced_by_the_next_rank_until_nobody_is_left(session, at):
    made = draws.made(at, agencies=3)
    run(at, DEADLINE)
    draws.beacon_comes(made.ref)
    run(at, BEACON)
    ranking = draws.told(made.ref)["ranking"]
    by_ticket = {one["ticket"]: one for one in draws.told(made.ref)["receipts"]}
    assert set(ranking) == set(by_ticket)
    with transaction():
        holders = {row.ticket: row.agency_id for row in db.session.query(SignUp)}
    agencies = {one.id: one for one in made.agencies}
    for place, ticket in enumerate(ranking):
        assert draws.awarded(made.ref)[-1] == (ticket, "active")
        others = [one for one in made.agencies if one.id != holders[ticket]]
        with pytest.raises(Refusal, match=r"draw\.no_award_of_yours"):
            draws.refuse(made.ref, others[0])
        with pytest.raises(Refusal, match=r"draw\.refusal_unexplained"):
            draws.refuse(made.ref, agencies[holders[ticket]], "no")
        draws.refuse(made.ref, agencies[holders[ticket]])
        assert len(draws.awarded(made.ref)) == min(place + 2, 3)
    assert draws.told(made.ref)["ranking"] == ranking
    assert [state for _ticket, state in draws.awarded(made.ref)] == ["void"] * 3
    told = draws.told(made.ref)
    assert len({one["award"] for one in told["outcomes"]}) == 3, "each rank has an award of its own"
    assert program.replay(told) == ranking
    logged = [row.payload or {} for row in history(f"draw/{made.ref}") if row.act == "draw.refuse"]
    assert [(one["award"], one["reason"]) for one in logged] == [
        (one["award"], "agency_refused") for one in told["outcomes"]
    ]
    last = history(f"request/{made.ref}")[-1]
    assert last.act == "request.give_up"
    assert [one["code"] for one in (last.payload or {})["reasons"]] == ["reason.all_refused"]
    assert around.state_of(made.request) == "failed"
    assert codes(made.buyer.organisation_id)[-1] == "notice.draw.ended"


@pytest.mark.parametrize(("funding", "least", "state"), [("social", 2, "frozen"), ("state", 3, "failed")])
def test_too_few_for_the_kind_of_funds_fail_with_the_ground(session, at, funding, least, state):
    made = draws.made(at, agencies=2, funding=funding)
    assert draws.told(made.ref)["least"] == least
    run(at, DEADLINE)
    assert draws.told(made.ref)["state"] == state
    assert around.state_of(made.request) == ("open" if state == "frozen" else "failed")
    if state == "failed":
        everybody = [made.buyer, *made.agencies]
        assert all(codes(one.organisation_id)[-1] == "notice.draw.too_few" for one in everybody)


def test_sign_up_is_bound_by_deadline_price_and_once(session, at):
    made = draws.made(at, agencies=2, signed_up=1)
    first, second = made.agencies
    refusals = []
    for act in (
        lambda: draws.sign_up(made.ref, first),
        lambda: draws.sign_up(made.ref, second, "xyz"),
        lambda: draws.leave(made.ref, second),
        lambda: around.choose(made.request),
        lambda: around.quote(made.request, second, 100_00),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        refusals.append(refused.value.code)
    assert refusals == [
        "draw.signed_up_already", "draw.nonce_malformed", "draw.not_signed_up", "draw.decides", "quote.not_asked"
    ]  # fmt: skip
    assert draws.sign_up(made.ref, second, "AB" * 16) == "ab" * 16
    at(DEADLINE)
    for act in (lambda: draws.leave(made.ref, first), lambda: draws.sign_up(made.ref, first)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "draw.closed"


def test_a_request_is_cancelled_before_the_end_of_sign_up_and_never_after(session, at):
    made, other = draws.made(at, agencies=1), draws.made(at, agencies=1)
    at(BEFORE)
    around.cancel(made.request)
    assert draws.told(made.ref)["state"] == "cancelled"
    at(DEADLINE)
    with pytest.raises(Refusal, match=r"draw\.frozen_already"):
        around.cancel(other.request)


def test_who_does_not_serve_at_the_freeze_is_excluded_with_the_reason(session, at):
    made = draws.made(at, agencies=3)
    with transaction():
        agency = db.session.get_one(Agency, made.agencies[0].id)
        agency.state = "suspended"
        agency.suspended_until = (DEADLINE + timedelta(days=9)).date()
    run(at, DEADLINE)
    told = draws.told(made.ref)
    assert [(one["reason"], one["why"]) for one in told["exclusions"]] == [("not_serving", "agency_suspended")]
    assert len(told["pool"]) == 2


def test_a_site_that_was_down_at_the_freeze_draws_a_day_later_and_says_so(session, at):
    made = draws.made(at, agencies=2)
    run(at, BEACON + timedelta(hours=30))
    told = draws.told(made.ref)
    moved = told["beacon_time"] - told["announced_beacon_time"]
    assert (told["state"], moved) == ("frozen", 2 * 86_400)
    assert [one["reason"] for one in told["postponements"]] == ["frozen_late"]
    assert told["frozen_at"] < told["beacon_time"]
    draws.beacon_comes(made.ref)
    run(at, BEACON + timedelta(days=2))
    assert draws.told(made.ref)["state"] == "drawn"


def test_a_draw_without_its_witnesses_is_postponed_some_times_and_never_for_ever(session, at):
    at(around.MONDAY)
    draws.setting_("draw.witnesses", 2)
    made = draws.made(at, agencies=2)
    run(at, DEADLINE)
    for day in range(5):
        run(at, BEACON + timedelta(days=day, seconds=-30))
    told = draws.told(made.ref)
    assert [one["reason"] for one in told["postponements"]] == ["witnesses_missing"] * 3
    draws.beacon_comes(made.ref)
    run(at, BEACON + timedelta(days=3))
    assert draws.told(made.ref)["state"] == "drawn"


def test_a_draw_whose_freeze_was_witnessed_in_time_is_not_postponed_and_names_its_witnesses(session, at):
    at(around.MONDAY)
    draws.setting_("draw.witnesses", 1)
    names = ("court.example", "late.example", "forged.example", "stranger.example")
    court, late, forged, stranger = (new_signer(name, WITNESS) for name in names)
    policy = Policy(tuple(Witness(one.verifier, "https://invalid") for one in (court, late, forged)), 1)
    made = draws.made(at, agencies=2)
    run(at, DEADLINE)
    at(DEADLINE + timedelta(minutes=1))
    with transaction() as now:
        head = seal(Signer("draws.example/log", LOG, bytes(32)), now=now)
        # Cosigned after the beacon's time, with a line of somebody else's key, or by nobody the policy names: nothing.
        early = BEACON - timedelta(seconds=2)
        for by, key, moment in ((late, late, BEACON), (forged, stranger, early), (stranger, stranger, early)):
            keep_cosignature(head.size, by.name, line=cosigned(str(head), key, moment), seen_at=moment)
    assert draws.told(made.ref, policy)["witnesses"] == []
    run(at, BEACON - timedelta(seconds=90))
    with transaction():
        keep_cosignature(head.size, court.name, line=cosigned(str(head), court, early), seen_at=early)
    at(BEACON - timedelta(seconds=1))
    jobs.watch_draws((), policy)
    told = draws.told(made.ref, policy)
    assert [one["witness"] for one in told["witnesses"]] == ["court.example"]
    assert told["postponements"] == [] and told["freeze_log_index"] < head.size
