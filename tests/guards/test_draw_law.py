"""The law of draws against an operator who writes SQL: the database refuses, or whoever replays the draw sees it."""

import json
from random import Random

import pytest
from flask import Flask
from sqlalchemy import text

from market.base import draw
from market.base.draw import BeaconKind
from market.base.errors import Refusal
from market.jobs import draws as jobs
from market.selection.draw import replay_draw as program
from market.selection.models import Award, BeaconValue, Draw, DrawPostponement, DrawRank, SignUp
from market.selection.queries.draws import draw_of
from market.selection.rules import DAY
from market.store.db import db
from market.store.guards import drop_triggers
from market.store.transaction import transaction
from tests.guards.raw import columns_of, refused_check, refused_insert, refused_sql, run
from tests.selection import around, draws
from tests.selection.around import DEADLINE
from tests.selection.draws import BEACON
from tests.selection.test_draws import run as clock

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def told(ref: str) -> dict:
    """What an outsider downloads."""
    return json.loads(json.dumps(draws.told(ref)))


def drawn(at, **given: int) -> draws.Made:
    made = draws.made(at, **given)
    clock(at, DEADLINE)
    draws.beacon_comes(made.ref)
    clock(at, BEACON)
    return made


def test_an_outsider_repeats_what_was_drawn_here(session, at):
    made = drawn(at, agencies=4)
    assert program.replay(told(made.ref)) == told(made.ref)["ranking"]


def test_the_database_keeps_the_pool_from_the_operator(session, at):
    made = draws.made(at, agencies=3)
    refused_sql("store.frozen", "DELETE FROM sign_up")
    refused_sql("store.frozen", "UPDATE sign_up SET nonce = :nonce", nonce="0" * 32)
    row = columns_of(SignUp, 1)
    refused_insert("draw.ticket_not_theirs", SignUp, {**row, "ticket": "9" * 18, "quote_id": 2})
    refused_insert("changed.meanwhile", SignUp, row)
    with transaction():
        late = draw_of(made.ref).signup_until
    refused_insert("draw.sign_up_over", SignUp, {**row, "received_at": late})
    clock(at, DEADLINE)
    refused_insert("draw.sign_up_over", SignUp, row)
    refused_sql("draw.sign_up_over", "UPDATE sign_up SET withdrawn_at = received_at")
    refused_sql("store.frozen", "UPDATE draw SET pool_root = :root", root="0" * 64)
    refused_sql("store.frozen", "DELETE FROM draw")
    refused_sql("draw.frozen_already", "UPDATE request SET state = 'cancelled'")


def test_nothing_is_ranked_before_the_beacon_and_no_other_beacon_counts(session, at):
    made = draws.made(at, agencies=2)
    clock(at, DEADLINE)
    rank = {"draw_id": 1, "position": 1, "sign_up_id": 1, "key": "0" * 64}
    refused_insert("draw.not_frozen", DrawRank, rank)
    with transaction():
        name = draw_of(made.ref).beacon_name
    run(
        "INSERT INTO beacon_value (kind, name, source, randomness, known_at) SELECT 'drand_quicknet', '1000', '', :r,"
        " published_at FROM request",
        r="0" * 64,
    )
    refused_sql("draw.wrong_beacon", "UPDATE draw SET beacon_value_id = 1")
    refused_sql("draw.beacon_moved", "UPDATE draw SET beacon_name = '1000'")
    refused_sql("draw.beacon_moved", "UPDATE draw SET beacon_time = beacon_time + 3, beacon_name = '1'")
    refused_sql("draw.two_persons", "UPDATE draw SET state = 'void'")
    refused_insert(
        "lottery.two_persons", BeaconValue, {**columns_of(BeaconValue, 1), "kind": BeaconKind.LOTTERY, "name": name}
    )
    with transaction():
        moment = draw_of(made.ref).beacon_time
    step = {"draw_id": 1, "reason": "witnesses_missing", "from_time": moment, "to_time": moment + DAY}
    # Whoever has seen the beacon postpones no more; nor by hours; nor with a pool that is frozen for a wrong reason.
    refused_check("draw_postponement_in_time", DrawPostponement, {**step, "at_time": moment})
    refused_check("draw_postponement_by_days", DrawPostponement, {**step, "to_time": moment + 3600, "at_time": 0})
    refused_insert("draw.beacon_moved", DrawPostponement, {**step, "reason": "frozen_late", "at_time": moment})


def test_a_draw_is_not_drawn_again_and_awards_only_the_current_rank(session, at):
    made = drawn(at, agencies=3)
    for statement in (
        "DELETE FROM draw_rank",
        "UPDATE draw_rank SET position = position + 10",
        "UPDATE beacon_value SET randomness = :root",
        "UPDATE draw SET seed = :root",
        "UPDATE draw SET drawn_at = NULL",
    ):
        refused_sql("store.frozen", statement, **({"root": "0" * 64} if ":root" in statement else {}))
    refused_sql("store.no_such_move", "UPDATE draw SET state = 'frozen'")
    refused_insert("changed.meanwhile", BeaconValue, columns_of(BeaconValue, 1))
    award = columns_of(Award, 1)
    with transaction():
        other = db.session.query(SignUp).filter(SignUp.quote_id != award["quote_id"]).first()
        values = {**award, "ref": "AW-X", "quote_id": other.quote_id, "agency_id": other.agency_id}
    refused_sql("award.not_given_up", "UPDATE award SET state = 'void'")
    refused_insert("award.not_the_rank", Award, values)
    refused_insert("draw.not_of_request", Draw, {**columns_of(Draw, 1), "state": "announced"})
    refused_sql("request.award_stands", "UPDATE request SET state = 'failed'")
    assert program.replay(told(made.ref)) == told(made.ref)["ranking"]


@SQLITE
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM sign_up WHERE id = 1", "the pool is not the one that was frozen"),
        (
            "DELETE FROM sign_up WHERE id = 1; UPDATE draw SET pool_root = '{root}'",
            "the journal holds a receipt that is not shown",
        ),
        ("UPDATE sign_up SET nonce = '{zeros}' WHERE id = 1", "the pool is not the one that was frozen"),
        ("UPDATE sign_up SET withdrawn_at = received_at WHERE id = 1", "the pool is not the one that was frozen"),
        ("UPDATE draw SET pool_root = '{zeros}{zeros}'", "the pool is not the one that was frozen"),
        ("UPDATE draw_rank SET position = 100 - position", "the published ranking is not the one"),
        ("UPDATE draw SET beacon_time = beacon_time + 3, beacon_name = beacon_name + 1", "beacon's time is not the announced"),
        ("UPDATE beacon_value SET source = '{zeros}{zeros}{zeros}'", "the randomness is not what the beacon gives"),
        ("UPDATE award SET (quote_id, agency_id) = (SELECT quote_id, agency_id FROM sign_up WHERE quote_id <> award.quote_id LIMIT 1)", "is not of rank 1"),
    ],
)  # fmt: skip
def test_an_operator_who_takes_the_triggers_off_is_seen_by_whoever_replays(app: Flask, at, statement, sentence):
    with app.app_context():
        made = drawn(at, agencies=4)
        before = told(made.ref)
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            drop_triggers(connection)
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            first = connection.execute(text("SELECT ticket FROM sign_up WHERE id = 1")).scalar_one()
            if "DELETE" in statement:
                connection.execute(text("DELETE FROM draw_rank WHERE sign_up_id = 1"))
                connection.execute(text("DELETE FROM award"))
            rest = [draw.Ticket(one["ticket"], one["nonce"]) for one in before["pool"] if one["ticket"] != first]
            for part in statement.format(zeros="0" * 32, root=draw.pool_root(rest).hex()).split(";"):
                connection.execute(text(part))
        with pytest.raises(program.Wrong, match=sentence):
            program.replay(told(made.ref))
        assert program.replay(before) == before["ranking"], "the first result stays computable"


@SQLITE
def test_rows_that_are_no_longer_the_frozen_pool_are_not_drawn(app: Flask, at, caplog):
    with app.app_context():
        made = draws.made(at, agencies=3)
        clock(at, DEADLINE)
        draws.beacon_comes(made.ref)
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            drop_triggers(connection)
            connection.execute(text("UPDATE sign_up SET nonce = 'ffffffffffffffffffffffffffffffff' WHERE id = 1"))
        clock(at, BEACON)
        assert told(made.ref)["state"] == "frozen"
        assert "draw.pool_changed" in caplog.text


ATTACKS = (
    *(
        f"UPDATE draw SET state = '{state}'"
        for state in ("announced", "frozen", "drawn", "failed", "void", "cancelled")
    ),
    *(f"UPDATE request SET state = '{state}'" for state in ("draft", "open", "awarded", "failed", "cancelled")),
    *("DELETE FROM sign_up", "DELETE FROM draw_rank", "DELETE FROM award", "UPDATE award SET state = 'void'"),
    "UPDATE draw SET beacon_time = beacon_time + 86400",
    "UPDATE draw SET beacon_value_id = (SELECT MAX(id) FROM beacon_value)",
    "UPDATE sign_up SET withdrawn_at = received_at",
    "INSERT INTO draw_rank (draw_id, position, sign_up_id, key) SELECT draw_id, 99, id, 'x' FROM sign_up",
)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_in_whatever_order_a_draw_stays_one_that_anybody_can_repeat(session, at, seed):
    random = Random(seed)
    made = draws.made(at, agencies=3, signed_up=0)
    moments = iter([around.BEFORE, DEADLINE, BEACON, BEACON])
    acts = [
        *(lambda: draws.sign_up(made.ref, random.choice(made.agencies)) for _ in range(5)),
        *(lambda: draws.leave(made.ref, random.choice(made.agencies)) for _ in range(2)),
        *(lambda: draws.refuse(made.ref, random.choice(made.agencies)) for _ in range(3)),
        *(lambda: draws.beacon_comes(made.ref) for _ in range(2)),
        *(lambda: jobs.watch_draws(()) for _ in range(4)),
        lambda: around.cancel(made.request) if random.random() < 0.1 else None,
    ]
    ranking: list[str] = []
    for step in range(90):
        act = random.choice([*acts, *(lambda one=one: run(one) for one in ATTACKS if random.random() < 0.3)])
        if step % 22 == 21:
            at(next(moments))
        try:
            act()
        except Refusal:
            db.session.rollback()
        shown = told(made.ref)
        ranking = ranking or shown.get("ranking", [])
        assert shown.get("ranking", []) == ranking
        if shown["state"] == "drawn":
            assert program.replay(shown) == ranking
            standing = [one["ticket"] for one in shown["outcomes"] if one["state"] == "active"]
            gone = [one for one in shown["outcomes"] if one["state"] == "void"]
            assert standing == ranking[len(gone) : len(gone) + 1]
    assert shown["state"] != "announced"
