"""The state tables hold in the database too: every move that is not in the table is refused to raw SQL."""

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import text

from market.base.errors import BreaksRule, Refusal
from market.store.db import Base, db
from market.store.guards import Moves, expected
from market.store.transaction import transaction
from tests.contracts.chain import make_contract

TABLES = {table.name: table.info["moves"] for table in Base.metadata.sorted_tables if "moves" in table.info}


def test_every_table_with_a_lifecycle_has_its_trigger() -> None:
    assert set(TABLES) == {
        *("agency", "agency_paper", "authorised_person", "award", "contract", "draw", "edition", "fee_note", "filing"),
        *("list_import", "offer", "practitioner", "quote", "request", "round", "sheet_upload", "voice"),
    }
    assert {f"{name}_moves" for name in TABLES} <= {trigger.name for trigger in expected(Base.metadata)}


@pytest.mark.parametrize("name", ["agency", "contract", "request"])
def test_raw_sql_makes_no_unlawful_move(app: Flask, name: str) -> None:
    moves: Moves = TABLES[name]
    lawful = {(source, move.target) for move in moves.lifecycle.moves for source in move.sources}
    with app.app_context():
        make_contract()
        (state,) = set(db.session.execute(text(f"SELECT state FROM {name}")).scalars())
        db.session.remove()
        refused = 0
        for old, new in product([state], moves.lifecycle.states):
            if old == new or (old, new) in lawful:
                continue
            with pytest.raises(Refusal) as said, transaction():
                db.session.execute(text(f"UPDATE {name} SET state = '{new}'"))
            assert isinstance(said.value, BreaksRule)
            assert said.value.code in ("store.no_such_move", "store.frozen"), (old, new)
            refused += 1
        assert refused >= 1


@pytest.mark.parametrize(
    ("name", "there", "back"),
    [
        ("offer", "state = 'withdrawn', withdrawn_at = marked_at", "state = 'in_force', withdrawn_at = NULL"),
        ("award", "state = 'void'", "state = 'active'"),
    ],
)
def test_what_was_taken_back_never_comes_back(app: Flask, name: str, there: str, back: str) -> None:
    with app.app_context():
        make_contract()
        with transaction():
            db.session.execute(text(f"UPDATE {name} SET {there}"))
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(text(f"UPDATE {name} SET {back}"))
        assert refused.value.code in ("store.no_such_move", "store.frozen")


def test_a_quote_of_a_decided_request_stays(app: Flask) -> None:
    with app.app_context():
        make_contract()
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(text("UPDATE quote SET state = 'withdrawn', withdrawn_at = submitted_at"))
        assert refused.value.code == "store.frozen"
