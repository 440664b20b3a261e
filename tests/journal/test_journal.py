"""What happened: one row an act, chained by object, never changed, and without a person's name."""

import hashlib
import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from market.base.errors import BreaksRule
from market.base.people import Actor, Role
from market.journal.actions import record
from market.journal.queries import history
from market.journal.rules import leaf as rules
from market.store.db import db
from market.store.transaction import transaction

plain = st.recursive(
    st.text(max_size=8) | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert rules.canonical(value) == rules.canonical(turned)
    assert json.loads(rules.canonical(value)) == value


@given(
    payload=st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), salt=st.binary(min_size=16, max_size=16)
)
def test_the_payload_hash_needs_the_salt(payload: dict[str, object], salt: bytes) -> None:
    other = bytes(byte ^ 1 for byte in salt)
    assert rules.payload_hash(salt, payload) != rules.payload_hash(other, payload)


def test_a_payload_cannot_say_who_acted(session: object) -> None:
    with pytest.raises(ValueError, match="who acted"), transaction() as now:
        record("thing.change", "thing/9", actor=Actor(7, Role.AGENCY, 3), payload={"by": "somebody"}, now=now)
    assert history("thing/9") == []


@given(act=st.text(max_size=9), obj=st.text(max_size=9), rev=st.integers(1, 2**40), moment=st.datetimes())
def test_the_fast_way_to_write_a_leaf_is_the_canonical_one(act: str, obj: str, rev: int, moment: datetime) -> None:
    row = SimpleNamespace(t=moment.replace(tzinfo=UTC), act=act, obj=obj, rev=rev, actor="a", ph="", prev='\x7f\u2028"')
    if any("\ud800" <= character <= "\udfff" for character in act + obj):
        return
    fields = {name: getattr(row, name) for name in rules.FIELDS}
    data = rules.leaf(fields | {"t": rules.stamp(row.t)})
    assert rules.leaf_of(row) == data
    assert rules.fields_of(data) == fields | {"t": rules.stamp(row.t)}


def test_acts_on_one_object_are_chained(app: Flask) -> None:
    with app.app_context():
        actor = Actor(7, Role.OPERATOR, None)
        for act in ("thing.make", "thing.change", "thing.end"):
            with transaction() as now:
                record(act, "thing/1", actor=actor, payload={"act": act}, now=now)
        rows = history("thing/1")
        assert [row.rev for row in rows] == [1, 2, 3]
        assert [row.prev for row in rows] == ["", rows[0].leaf, rows[1].leaf]


def test_a_leaf_can_be_recomputed_from_the_row(app: Flask) -> None:
    with app.app_context():
        with transaction() as now:
            record("thing.make", "thing/2", actor=Actor(7, Role.AGENCY, 3), payload={"sum": 5}, now=now)
        (row,) = history("thing/2")
        names = ("act", "obj", "rev", "actor", "ph", "prev")
        leaf = rules.canonical({"v": 1, "t": rules.stamp(row.t), **{name: getattr(row, name) for name in names}})
        assert row.leaf == hashlib.sha256(b"\0" + leaf).hexdigest()
        assert row.ph == hashlib.sha256(row.salt + rules.canonical(row.payload)).hexdigest()
        # A natural person appears as a role and an organisation only; who it was is in the salted payload.
        assert row.actor == "role:agency@organisation/3"
        assert row.payload["by"] == 7


@pytest.mark.parametrize("statement", ["UPDATE journal_row SET act = 'x'", "DELETE FROM journal_row"])
def test_what_happened_stays(app: Flask, statement: str) -> None:
    with app.app_context():
        with transaction() as now:
            record("thing.make", "thing/3", actor=Actor.system(), payload={}, now=now)
        with pytest.raises(BreaksRule) as refused, transaction():
            db.session.execute(text(statement))
        assert refused.value.code == "store.frozen"
