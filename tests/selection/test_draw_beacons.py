"""Beacons as they come here: relays that lie, a lottery entered by two persons, secrets withheld, decisions by two."""

import json
from datetime import date, timedelta
from http.client import BadStatusLine

import pytest

from market.base.draw import Lottery
from market.base.errors import Refusal
from market.base.people import Role
from market.jobs import draws as jobs
from market.journal.queries import history
from market.selection import queries
from market.selection.actions import draws as actions
from market.selection.draw import relays
from market.selection.models import DrawDecision, DrawSecret
from market.selection.queries.draws import draw_of
from market.selection.rules import Decision
from market.store.db import db
from market.store.transaction import transaction
from tests.base.test_draw import ROUNDS
from tests.guards.raw import columns_of, refused_insert, refused_sql
from tests.make import make_person
from tests.selection import around, draws
from tests.selection.around import DEADLINE
from tests.selection.draws import BEACON
from tests.selection.test_draws import run

GOOD = {"round": 1000, "signature": ROUNDS[1000][0], "randomness": ROUNDS[1000][1]}


def answer(**changes) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def code_of(act) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def test_a_relay_is_believed_only_with_drands_signature_on_the_round_asked_for(caplog):
    asked = []

    def get(address: str) -> bytes:
        asked.append(address)
        lies = [answer(round=999), answer(signature="00"), answer(signature=ROUNDS[657413][0]), b"<html>", b"[" * 4096]
        if len(asked) <= 2:
            raise (OSError("unreachable"), BadStatusLine("nonsense"))[len(asked) - 1]
        return [*lies, answer()][len(asked) - 3]

    found = relays.fetch([f"https://relay{number}.invalid" for number in range(8)], 1000, get=get)
    assert found is not None
    assert found.randomness().hex() == ROUNDS[1000][1]
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    codes = ["beacon.wrong_round", "beacon.signature_malformed", "beacon.signature_wrong"]
    assert len(told) == 3 and all(code in text for code, text in zip(codes, told, strict=True))
    assert asked[0].endswith("/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/1000")
    assert relays.fetch(["https://one.invalid"], 1000, get=lambda _address: answer(round=1)) is None
    with pytest.raises(ValueError, match="HTTPS"):
        relays.over_https("http://relay.invalid")


def test_one_round_serves_every_draw_that_waits_for_it(session, at, monkeypatch):
    made = [draws.made(at, agencies=2) for _ in range(2)]
    run(at, DEADLINE)
    at(BEACON)
    fetched = []

    def fetch(_relays, number):
        fetched.append(number)
        return relays.Drand(number, "ab" * 48)

    monkeypatch.setattr(jobs, "fetch", fetch)
    jobs.watch_draws(("https://relay.invalid",))
    assert len(fetched) == 1
    assert {draws.told(one.ref)["state"] for one in made} == {"drawn"}


def enter(person, result) -> bool:
    with transaction() as now:
        return actions.enter_lottery(result, actor=person.actor, now=now)


def test_the_lottery_counts_when_two_persons_entered_the_same(session, at):
    at(around.MONDAY)
    draws.use_beacon("lottery")
    made = draws.made(at, agencies=3)
    one, two, three = (make_person(role=role) for role in (Role.SUPERVISOR, Role.AUDITOR, Role.SUPERVISOR))
    run(at, DEADLINE)
    # The first drawing at or after the beacon's time: Friday 00:15 leads to Sunday evening.
    good = Lottery("2026026", (1, 5, 9, 20, 28, 33), 7, date(2026, 3, 8))
    run(at, BEACON + timedelta(days=1))
    assert code_of(lambda: enter(one, good)) == "lottery.not_drawn_yet"
    at(BEACON + timedelta(days=3))
    assert code_of(lambda: enter(one, Lottery("2026026", (1,) * 6, 7, date(2026, 3, 8)))) == "beacon.lottery_malformed"
    assert enter(one, good) is False
    assert code_of(lambda: enter(one, good)) == "lottery.entered_already"
    wrong, worse = (Lottery("2026026", (1, 5, 9, 20, 28, ball), 7, date(2026, 3, 8)) for ball in (32, 31))
    assert enter(two, wrong) is False
    jobs.watch_draws(())
    assert draws.told(made.ref)["state"] == "frozen"
    # Whoever corrects his own does not become the second person, nor does he agree with what he had entered before.
    assert [enter(one, wrong_) for wrong_ in (worse, good, worse)] == [False, False, False]
    assert enter(two, good) is False
    assert enter(one, good) is True
    assert code_of(lambda: enter(two, wrong)) == "lottery.counts_already"
    assert enter(three, wrong) is False
    refused_sql("store.frozen", "UPDATE lottery_entry SET source = 'x'")
    acts = [(row.act, row.payload["by"]) for row in history("lottery/2026-03-08")]
    enters, corrects = (
        [act for act, _by in acts].count("lottery.enter"),
        [by for act, by in acts if act[8:] == "correct"],
    )
    assert (enters, corrects) == (3, [one.actor.id] * 3 + [two.actor.id, one.actor.id])
    jobs.watch_draws(())
    told = draws.told(made.ref)
    assert (told["state"], told["beacon"]["drawn_on"]) == ("drawn", "2026-03-08")


def secret(act, ref, person, text) -> str:
    with transaction(queries.request_lock(ref)) as now:
        return act(draw_of(ref), text, actor=person.actor, now=now)


def decide(act, ref, person, asked) -> None:
    with transaction(queries.request_lock(ref)) as now:
        act(draw_of(ref), asked, actor=person.actor, now=now)


def test_who_withholds_a_secret_is_named_and_two_persons_fall_back_after_a_day(session, at):
    at(around.MONDAY)
    draws.use_beacon("commit_reveal")
    made, other, late = (draws.made(at, agencies=2) for _ in range(3))
    one, two = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
    commit, reveal = actions.commit_secret, actions.reveal_secret
    kept = {who: secret(commit, ref, who, "") for ref in (made.ref,) for who in (one, two)}
    mine = {who: secret(commit, other.ref, who, "") for who in (one, two)}
    held = {who: secret(commit, late.ref, who, "") for who in (one, two)}
    assert code_of(lambda: secret(commit, made.ref, one, "")) == "draw.committed_already"
    draws.use_beacon("drand_quicknet")
    drand = draws.made(at, agencies=2)
    assert code_of(lambda: secret(commit, drand.ref, one, "")) == "draw.takes_no_secret"
    with transaction():
        other_id = draw_of(drand.ref).id
    refused_insert("draw.takes_no_secret", DrawSecret, {**columns_of(DrawSecret, 1), "draw_id": other_id})
    assert code_of(lambda: secret(reveal, made.ref, one, kept[one])) == "draw.not_waiting"
    run(at, DEADLINE)
    assert code_of(lambda: secret(commit, made.ref, make_person(role=Role.AUDITOR), "")) == "draw.sign_up_over"
    assert code_of(lambda: secret(reveal, made.ref, one, "1" * 64)) == "beacon.wrong_secret"
    secret(reveal, made.ref, one, kept[one])
    for who in (one, two):
        secret(reveal, other.ref, who, mine[who])
    run(at, BEACON)
    assert draws.told(other.ref)["state"] == "drawn"
    assert draws.told(made.ref)["state"] == "frozen"
    asked = (Decision.FALLBACK, "secret_withheld", "【虚构】审计人员未公开密数")
    assert code_of(lambda: decide(actions.propose, made.ref, one, asked)) == "draw.fallback_too_early"
    at(BEACON + timedelta(days=4))
    assert (
        code_of(lambda: decide(actions.propose, made.ref, one, (Decision.FALLBACK, "other", "x" * 10)))
        == "draw.ground_unknown"
    )
    decide(actions.propose, made.ref, one, asked)
    assert code_of(lambda: decide(actions.confirm, made.ref, one, Decision.FALLBACK)) == "draw.two_persons"
    decide(actions.confirm, made.ref, two, Decision.FALLBACK)
    # A fallback that was proposed is no second try: when the beacon comes meanwhile, nobody confirms it.
    decide(actions.propose, late.ref, one, asked)
    for who in (one, two):
        secret(reveal, late.ref, who, held[who])
    assert code_of(lambda: decide(actions.confirm, late.ref, two, Decision.FALLBACK)) == "draw.not_waiting"
    jobs.watch_draws(())
    assert draws.told(late.ref)["fallback"] is None and draws.told(late.ref)["state"] == "drawn"
    result = Lottery("2026026", (1, 5, 9, 20, 28, 33), 7, date(2026, 3, 8))
    assert [enter(who, result) for who in (one, two)] == [False, True]
    jobs.watch_draws(())
    told = draws.told(made.ref)
    assert (told["state"], told["beacon"]["kind"], told["fallback"]["ground"]) == (
        "drawn",
        "lottery",
        "secret_withheld",
    )


def test_a_draw_is_void_only_by_two_persons_and_its_ranking_stays(session, at):
    made = draws.made(at, agencies=2)
    one, two = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
    run(at, DEADLINE)
    draws.beacon_comes(made.ref)
    run(at, BEACON)
    ranking = draws.told(made.ref)["ranking"]
    decide(actions.propose, made.ref, one, (Decision.VOID, "pool_wrong", "【虚构】名单误列一家被停业的机构"))
    assert code_of(lambda: decide(actions.confirm, made.ref, one, Decision.VOID)) == "draw.two_persons"
    assert around.state_of(made.request) == "awarded"
    decide(actions.confirm, made.ref, two, Decision.VOID)
    told = draws.told(made.ref)
    assert (told["state"], told["ranking"], told["void"]["ground"]) == ("void", ranking, "pool_wrong")
    assert [one["state"] for one in told["outcomes"]] == ["void"]
    assert around.state_of(made.request) == "failed"
    assert db.session.query(DrawDecision).count() == 1
    assert code_of(lambda: decide(actions.confirm, made.ref, two, Decision.VOID)) == "draw.nothing_proposed"
