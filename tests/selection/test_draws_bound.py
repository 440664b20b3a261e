"""Whatever a draw's rows say was written by an act of the log, and each row that says otherwise is named."""

import json
from datetime import date, timedelta

from sqlalchemy import text

from market.agencies.models import Agency
from market.base.draw import Lottery
from market.base.people import Role
from market.pages.queries.log_draws import draws_wrong
from market.selection.actions import draws as actions
from market.selection.rules import Decision
from market.store.db import db
from market.store.transaction import release, transaction
from tests.cheating import without_laws
from tests.make import make_person
from tests.selection import around, draws
from tests.selection.around import BEFORE, DEADLINE
from tests.selection.draws import BEACON
from tests.selection.test_draw_beacons import decide, enter, secret
from tests.selection.test_draws import run

SUNDAY = Lottery("2026026", (1, 5, 9, 20, 28, 33), 7, date(2026, 3, 8))


def wrong() -> list[str]:
    """What the verification of draws finds, as the nightly job reads it."""
    release()
    found = list(map(str, draws_wrong()))
    release()
    return found


def suspend(agency) -> None:
    with transaction():
        row = db.session.get_one(Agency, agency.id)
        row.state, row.suspended_until = "suspended", (DEADLINE + timedelta(days=9)).date()


def by_secrets(at, people) -> draws.Made:
    """A draw by secrets: one left, one is excluded, it was frozen a day late, rank 1 refused."""
    at(around.MONDAY)
    draws.use_beacon("commit_reveal")
    made = draws.made(at, agencies=5)
    kept = [secret(actions.commit_secret, made.ref, who, "") for who in people]
    at(BEFORE)
    draws.leave(made.ref, made.agencies[4])
    suspend(made.agencies[3])
    run(at, BEACON + timedelta(hours=6))
    for who, own in zip(people, kept, strict=True):
        secret(actions.reveal_secret, made.ref, who, own)
    run(at, BEACON + timedelta(days=1, seconds=1, milliseconds=250))
    (winner,) = draws.told(made.ref)["outcomes"]
    with transaction():
        found = db.session.execute(text("SELECT agency_id FROM sign_up WHERE ticket = :t"), {"t": winner["ticket"]})
        first = found.scalars().one()
    draws.refuse(made.ref, next(one for one in made.agencies if one.id == first))
    return made


def test_an_honest_draw_of_any_kind_and_any_ending_is_never_called_wrong(session, at):
    people = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
    told = {"secrets": by_secrets(at, people).ref}
    at(around.MONDAY)
    told["fallback"] = draws.made(at, agencies=2).ref
    secret(actions.commit_secret, told["fallback"], people[0], "")
    draws.use_beacon("lottery")
    told["lottery"] = draws.made(at, agencies=2).ref
    draws.use_beacon("drand_quicknet")
    told |= {name: draws.made(at, agencies=2).ref for name in ("drawn", "void")}
    told["failed"], cancelled = draws.made(at, agencies=1).ref, draws.made(at, agencies=1)
    draws.setting_("draw.witnesses", 1)
    told["unwitnessed"] = draws.made(at, agencies=2).ref
    at(BEFORE)
    around.cancel(cancelled.request)
    assert wrong() == []
    for moment in (DEADLINE + timedelta(milliseconds=7), BEACON - timedelta(seconds=30)):
        run(at, moment)
    assert wrong() == []
    for name in ("drawn", "void"):
        draws.beacon_comes(told[name])
    run(at, BEACON)
    decide(actions.propose, told["void"], people[0], (Decision.VOID, "pool_wrong", "【虚构】名单误列一家被停业的机构"))
    decide(actions.confirm, told["void"], people[1], Decision.VOID)
    at(BEACON + timedelta(days=4))
    assert [enter(who, SUNDAY) for who in people] == [False, True]
    asked = (Decision.FALLBACK, "secret_withheld", "【虚构】监督人员未公开密数")
    decide(actions.propose, told["fallback"], people[0], asked)
    assert wrong() == []
    decide(actions.confirm, told["fallback"], people[1], Decision.FALLBACK)
    run(at, BEACON + timedelta(days=4))
    assert wrong() == []
    states = {name: draws.told(ref)["state"] for name, ref in told.items()}
    assert states == {
        "secrets": "drawn", "fallback": "drawn", "lottery": "drawn", "drawn": "drawn", "void": "void",
        "failed": "failed", "unwitnessed": "frozen",
    }  # fmt: skip
    assert draws.told(told["fallback"])["fallback"] and draws.told(told["unwitnessed"])["postponements"]


# Table, the change, which rows, and what is said of it. `a` was drawn by secrets, `b` is announced.
CHANGES = [
    *(
        ("draw", change, b, said)
        for b in ("ref = ':a'", "ref = ':b'")
        for change, said in (
            ("least = least + 1", "says another least"),
            ("witnesses = 2", "says another witnesses"),
            ("algorithm = 'draw-v2'", "says another algorithm"),
            (f"algorithm_sha256 = '{'0' * 64}'", "says another algorithm_sha256"),
            ("signup_until = ':earlier'", "says another signup_until"),
            ("announced_at = ':earlier'", "says another announced_at"),
            ("announced_time = announced_time - 86400", "(draw.announce) says another beacon_time"),
        )
    ),
    ("draw", "beacon_time = beacon_time + 86400", "ref = ':a'", "the beacon's time is neither"),
    ("draw", "beacon_time = beacon_time + 86400, beacon_name = CAST(CAST(beacon_name AS INTEGER) + 28800 AS VARCHAR(64))",
        "ref = ':b'", "the beacon's time is neither"),
    ("draw", "signup_until = ':earlier'", "ref = ':b'", "(draw.sign_up) is earlier or later than"),
    ("draw", "beacon_time = beacon_time + 86400", "ref = ':a'", "(draw.draw) is earlier or later than"),
    ("draw", "beacon_name = ref || 'x'", "ref = ':a'", "the beacon's name does not follow"),
    ("draw", "beacon = 'lottery', beacon_name = '2026-03-08'", "ref = ':b'", "says another beacon "),
    ("draw", "beacon_time = beacon_time + 3600, announced_time = announced_time + 3600,"
        " beacon_name = CAST(CAST(beacon_name AS INTEGER) + 1200 AS VARCHAR(64))", "ref = ':b'", "another beacon_name"),
    ("draw", "frozen_time = frozen_time + 1", "ref = ':a'", "(draw.freeze) says another frozen_time"),
    ("draw", "drawn_at = ':earlier'", "ref = ':a'", "(draw.draw) says another drawn_at"),
    ("draw", "beacon_value_id = 2", "ref = ':a'", "(draw.draw) says another beacon"),
    ("sign_up", "received_at = ':earlier'", "ticket = ':ticket'", "(draw.sign_up) says another received_at"),
    ("sign_up", "withdrawn_at = ':earlier'", "withdrawn_at IS NOT NULL", "(draw.withdraw) says another withdrawn_at"),
    ("draw_secret", "committed_at = ':earlier'", "number = 1", "(draw.commit) says another committed_at"),
    ("draw_secret", "revealed_at = ':earlier'", "number = 1", "(draw.reveal) says another revealed_at"),
    ("draw_secret", "number = 7", "number = 1", "(draw.commit) says another number"),
    ("draw_secret", "account_id = (SELECT MAX(id) FROM account)", "number = 2", "(draw.reveal) says another by"),
    ("draw_secret", f"commitment = '{'0' * 64}'", "number = 2", "(draw.commit) says another commitment"),
    ("beacon_value", "known_at = ':earlier'", "kind = 'commit_reveal'", "(beacon.known) says another known_at"),
    ("beacon_value", "source = 'x'", "kind = 'commit_reveal'", "(beacon.known) says another source"),
    ("draw_postponement", "reason = 'witnesses_missing', at_time = from_time - 1", "1 = 1", "says another reason"),
    ("draw_refusal", "reason = 'draw_voided'", "1 = 1", "(draw.refuse) says another reason"),
    ("draw_refusal", "explained = '改过的理由，并非原话'", "1 = 1", "(draw.refuse) says another explained"),
    ("draw_rank", f"key = '{'0' * 64}'", "position = 3", "the ranks in the tables, or their keys"),
    ("draw_exclusion", "facts = '{}'", "1 = 1", "(draw.freeze) says another exclusions"),
    ("draw_decision", "ground = 'ordered_by_authority'", "1 = 1", "(draw.ask) says another ground"),
    ("draw_decision", "confirmed_at = asked_at, confirmed_by = :other", "1 = 1", "is of draw.confirm"),
]  # fmt: skip
_OF = "SELECT id, {} FROM draw WHERE ref = '{}'"
ADDED = [
    ("draw_decision (draw_id, decision, ground, explained, asked_at, asked_by, confirmed_at, confirmed_by)",
        "'fallback', 'secret_withheld', '【虚构】', drawn_at, :one, drawn_at, :other", ":a", "is of draw.ask"),
    ("draw_postponement (draw_id, reason, from_time, to_time, at_time)",
        "'witnesses_missing', announced_time - 86400, announced_time, announced_time - 90000", ":b", "is of draw.postpone"),
    ("draw_secret (draw_id, account_id, number, \"by\", commitment, committed_at)",
        ":one, 1, 'auditor#1', 'x', announced_at", ":b", "is of draw.commit"),
    ("draw_exclusion (draw_id, sign_up_id, reason, facts)",
        "(SELECT MIN(s.id) FROM sign_up s WHERE s.draw_id = draw.id), 'not_serving', '{}'", ":b", "is of draw.freeze"),
]  # fmt: skip
TAKEN = [
    ("draw_secret", "number = 2", "(draw.commit) made a row that is not in the tables"),
    ("draw_postponement", "1 = 1", "(draw.postpone) made a row that is not in the tables"),
    ("draw_refusal", "1 = 1", "(draw.refuse) made a row that is not in the tables"),
    ("draw_decision", "1 = 1", "(draw.ask) made a row that is not in the tables"),
    ("draw_exclusion", "1 = 1", "(draw.freeze) says another exclusions"),
]


def literal(value) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'{}'".format(json.dumps(value) if isinstance(value, dict) else str(value).replace("'", "''"))


def kept(table: str) -> dict:
    """Return every row of a table by its id, as the database has it."""
    found = {row["id"]: row for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()}
    release()
    return found


def back(table: str, before: dict) -> list[str]:
    """Return what brings the rows back that there were before."""
    after = kept(table)
    undo = [f"DELETE FROM {table} WHERE id = {key}" for key in after.keys() - before.keys()]
    for key, row in before.items():
        if key not in after:
            names = ", ".join(f'"{name}"' for name in row)
            undo.append(f"INSERT INTO {table} ({names}) VALUES ({', '.join(map(literal, row.values()))})")
        elif after[key] != row:
            sets = ", ".join(f'"{name}" = {literal(value)}' for name, value in row.items() if after[key][name] != value)
            undo.append(f"UPDATE {table} SET {sets} WHERE id = {key}")
    return undo


def test_every_row_of_a_draw_that_says_other_than_its_act_is_named(session, at, owner_url):
    people = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
    one = by_secrets(at, people)
    at(BEACON + timedelta(days=4))
    assert [enter(who, SUNDAY) for who in people] == [False, True]
    decide(actions.propose, one.ref, people[0], (Decision.VOID, "pool_wrong", "【虚构】名单误列一家被停业的机构"))
    draws.use_beacon("drand_quicknet")
    two = draws.made(at, agencies=2)
    names = {
        ":a": one.ref, ":b": two.ref, ":earlier": "2026-03-01 17:00:00.000000", ":one": str(people[0].actor.id),
        ":other": str(people[1].actor.id), ":ticket": draws.told(one.ref)["ranking"][0],
    }  # fmt: skip
    cheats = [(table, f"UPDATE {table} SET {change} WHERE {rows}", said) for table, change, rows, said in CHANGES]
    cheats += [
        (into.split()[0], f"INSERT INTO {into} {_OF.format(what, ref)}", said) for into, what, ref, said in ADDED
    ]
    cheats += [(table, f"DELETE FROM {table} WHERE {rows}", said) for table, rows, said in TAKEN]
    assert wrong() == []
    with without_laws(owner_url) as operator:
        for table, cheat, said in cheats:
            for name, value in names.items():
                cheat = cheat.replace(name, value)
            before = kept(table)
            operator(cheat)
            found, undo = wrong(), back(table, before)
            assert undo, cheat
            assert any(said in line for line in found), (cheat, found)
            operator(*undo)
    assert wrong() == []
