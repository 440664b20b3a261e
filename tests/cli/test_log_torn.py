"""`flask log verify` where values are torn: findings by name, never a traceback, and the rest is verified."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from market.base.errors import BadState
from market.cli import jobs
from market.jobs import log_verifying
from market.jobs.log import seal_log
from market.journal.queries import checking
from market.store.db import db
from market.store.transaction import release
from tests.cheating import past_the_laws
from tests.journal.around import act, site_of
from tests.selection import draws

ON_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
LAWLESS = "PRAGMA ignore_check_constraints=ON"
KINDS = dict.fromkeys(("t", "act", "obj", "actor", "ph", "prev", "leaf", "payload"), "TEXT") | {"salt": "BLOB"}
# Values that no flipped bit makes, and the column that cannot be read; None where it can, and is not what was hashed.
ODD = [
    ("payload", b"{", "payload"),
    ("payload", b"[1]", None),
    ("payload", b'{"a": "\\ud800"}', None),
    ("payload", b"[" * 100_000, "payload"),
    ("payload", b"\xff", "payload"),
    ("t", b"yesterday", "t"),
    ("t", b"\xff\xfe", "t"),
    ("obj", b"\xff", "obj"),
    ("leaf", b"no hash", None),
]


@pytest.fixture
def drawn(app: Flask, at: Callable[[datetime], datetime]) -> list[int]:
    """Return ids of the rows of a log with an open draw: one with a number, one that waits."""
    with app.app_context():
        draws.made(at, agencies=2)
        act(3)
        seal_log(site_of(app))
        act(2)
        ids = db.session.scalars(text("SELECT id FROM journal_row WHERE obj = 'thing/1' ORDER BY rev")).all()
        release()
    return [ids[1], ids[4]]


def wrong(app: Flask) -> list[str]:
    """What is found wrong, but for the tests' own world, which no act tells of."""
    with app.app_context():
        found = log_verifying.verify_and_keep(site_of(app))
        known = site_of(app).verification()
        release()
    assert known is not None
    assert known.count == len(found.wrong)
    return list(map(str, found.wrong))


def put(owner_url: str, column: str, row: int, value: bytes) -> None:
    given = f"CAST(x'{value.hex()}' AS {KINDS[column]})"
    past_the_laws(owner_url, LAWLESS, f"UPDATE journal_row SET {column} = {given} WHERE id = {row}")


@ON_SQLITE
def test_a_torn_value_of_any_column_is_a_finding_and_the_rest_is_verified(
    app: Flask, drawn: list[int], owner_url: str
) -> None:
    dice, clean = random.Random(8), set(wrong(app))
    for row in drawn:
        with app.app_context():
            columns = ", ".join(f"CAST({column} AS BLOB) AS {column}" for column in KINDS)
            was = db.session.execute(text(f"SELECT {columns} FROM journal_row WHERE id = {row}")).one()._asdict()
            release()
        for column in KINDS:
            for _ in range(2):
                changed = bytearray(was[column])
                # What stands between day and time says nothing, nor do parts of a millisecond.
                places = [place for place in range(min(len(changed), 20)) if place != 10]
                changed[dice.choice(places)] ^= 1 << dice.randrange(8)
                put(owner_url, column, row, bytes(changed))
                found = set(wrong(app)) - clean
                assert any(f"journal row {row}" in one for one in found), (column, bytes(changed), found)
            put(owner_url, column, row, was[column])
        for column, value, torn in ODD:
            put(owner_url, column, row, value)
            found = set(wrong(app)) - clean
            assert [one for one in found if f"row {row} cannot be read" in one] == [
                one for one in found if torn and one.endswith(f"journal row {row} cannot be read ({torn})")
            ], (column, value, found)
            assert found, (column, value)
            put(owner_url, column, row, was[column])
        assert set(wrong(app)) == clean
    put(owner_url, "payload", drawn[0], b"{")
    [found_one] = set(wrong(app)) - clean
    assert found_one == f"entry {drawn[0] - 1}: journal row {drawn[0]} cannot be read (payload)"
    assert app.test_cli_runner().invoke(args=["log", "verify"]).exit_code == 1


@ON_SQLITE
@pytest.mark.parametrize("column", ["signup_until", "pool_root"])
def test_a_draw_that_cannot_be_read_is_named_and_the_others_are_repeated(
    app: Flask, drawn: list[int], owner_url: str, column: str
) -> None:
    clean = set(wrong(app))
    past_the_laws(owner_url, LAWLESS, f"UPDATE draw SET {column} = CAST(x'ff' AS TEXT)")
    assert {one.split(" (")[0] for one in set(wrong(app)) - clean} == {"draw no. 1 could not be verified to the end"}


def test_what_breaks_one_part_off_keeps_no_other_from_being_verified(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        db.session.execute(text("SELECT nothing FROM nowhere"))

    for name in ("full_tiles", "cosignatures"):
        monkeypatch.setattr(checking, name, broken)
    with app.app_context():
        act(2)
        seal_log(site_of(app))
        act(1, "draw/none")
        release()
    said = [one for one in wrong(app) if "could not" in one]
    assert [one.split(" could")[0] for one in said] == ["the tiles", "the cosignatures"]
    assert any("draw/none" in one for one in wrong(app))


def test_the_nights_verification_survives_anything_and_tries_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fails(_site: object) -> None:
        seen.append(1)
        raise [RuntimeError("x"), BadState("x"), MemoryError][len(seen) % 3]  # type: ignore[misc]

    class Enough(BaseException):
        """Ends the endless loop."""

    def slept(_seconds: float) -> None:
        if len(seen) > 3:
            raise Enough

    monkeypatch.setattr(jobs, "verify_nightly", fails)
    monkeypatch.setattr(jobs.time, "sleep", slept)
    with pytest.raises(Enough):
        jobs._verify(app)
    assert len(seen) == 4
