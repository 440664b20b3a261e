"""What the log says of every draw, compared with its rows, and every draw repeated as an outsider repeats it.

What is wrong is named by the draw and the entry's number; participants are not named, since before the freeze nobody
may know them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from market.journal.models import JournalRow, LogEntry
from market.journal.queries.checking import as_hashed
from market.selection.draw import replay_draw
from market.selection.models import Draw, SignUp
from market.selection.queries.transcript import transcript
from market.selection.rules import DrawState
from market.store.db import db

PART = 500
_TOLD = ("draw.sign_up", "draw.withdraw", "draw.freeze", "draw.draw")
_TICKET = re.compile(r"[0-9A-Z]{18}(#[0-9]+)?")


class Act(NamedTuple):
    """An act on a draw; `seq` is None while it waits, `payload` where it was erased or is not the one hashed."""

    seq: int | None
    act: str
    leaf: str
    payload: dict[str, Any] | None

    @property
    def name(self) -> str:
        """What it is called in a finding."""
        return "an act that waits" if self.seq is None else f"entry {self.seq}"


def draws_wrong() -> list[str]:
    """What is wrong with any draw, a line each. Some twelve statements a draw, however many take part."""
    return [f"draw/{draw.ref}: {what}" for draw in _draws() for what in _wrong(draw)]


def _draws() -> Iterator[Draw]:
    last = 0
    while found := db.session.scalars(select(Draw).where(Draw.id > last).order_by(Draw.id).limit(PART)).all():
        yield from found
        last = found[-1].id


def _wrong(draw: Draw) -> list[str]:
    acts = _acts(draw.ref)
    rows = db.session.scalars(select(SignUp).where(SignUp.draw_id == draw.id).order_by(SignUp.id)).all()
    wrong = _receipts(acts, rows) + _withdrawals(acts, rows)
    if draw.state in (DrawState.ANNOUNCED, DrawState.CANCELLED):
        return wrong
    wrong += _told(acts, "draw.freeze", {"pool_root": draw.pool_root})
    try:
        told = transcript(draw)
    except (SQLAlchemyError, ValueError, TypeError, KeyError, LookupError) as error:
        return [*wrong, f"no transcript can be made of its rows ({type(error).__name__})"]
    if draw.drawn_at is not None or told["seed"]:
        said = {"seed": told["seed"], "ranking": told["ranking"]}
        return wrong + _told(acts, "draw.draw", said) + _repeated(replay_draw.replay, told)
    return wrong + _repeated(_repeat_frozen, told)


def _acts(ref: str) -> list[Act]:
    query = (
        select(LogEntry.seq, JournalRow.act, JournalRow.leaf, JournalRow.payload, JournalRow.salt, JournalRow.ph)
        .select_from(JournalRow)
        .outerjoin(LogEntry, LogEntry.row_id == JournalRow.id)
        .where(JournalRow.obj == f"draw/{ref}", JournalRow.act.in_(_TOLD))
        .order_by(JournalRow.rev)
    )
    return [Act(row[0], row[1], row[2], as_hashed(*row[3:])) for row in db.session.execute(query)]


def _receipts(acts: Sequence[Act], rows: Sequence[SignUp]) -> list[str]:
    """Each sign-up of the log is a row, and each row a sign-up of the log, with the number that was handed in."""
    signed = {one.leaf: one for one in acts if one.act == "draw.sign_up"}
    held = Counter(row.receipt for row in rows)
    wrong = [
        f"{one.name} is a sign-up, and no participant has its receipt" for one in signed.values() if not held[one.leaf]
    ]
    wrong += [f"{count} participants share one receipt" for count in held.values() if count > 1]
    for row in rows:
        act = signed.get(row.receipt)
        if act is None:
            wrong.append("a participant has a receipt that is no sign-up of the log")
        elif act.payload is not None and (act.payload.get("ticket"), act.payload.get("nonce")) != (
            row.ticket,
            row.nonce,
        ):
            wrong.append(f"{act.name} is the sign-up of another ticket or number than its participant's")
    return wrong


def _withdrawals(acts: Sequence[Act], rows: Sequence[SignUp]) -> list[str]:
    left = {one.payload.get("receipt"): one for one in acts if one.act == "draw.withdraw" and one.payload is not None}
    erased = sum(one.act == "draw.withdraw" and one.payload is None for one in acts)
    signed = {one.leaf: one.name for one in acts if one.act == "draw.sign_up"}
    gone = {row.receipt for row in rows if row.withdrawn_at is not None}
    wrong = [
        f"{act.name} takes a sign-up back, and its participant still takes part"
        for receipt, act in left.items()
        if receipt not in gone
    ]
    silent = sorted(signed.get(receipt, "a sign-up") for receipt in gone - left.keys())
    if len(silent) > erased:
        wrong += [f"{name} was taken back in the tables, and the log has no withdrawal of it" for name in silent]
    return wrong


def _told(acts: Sequence[Act], name: str, rows: dict[str, Any]) -> list[str]:
    """What an act of the log says is what the rows say; nothing to compare once its private part was erased."""
    act = next((one for one in acts if one.act == name), None)
    if act is None:
        return [f"the tables are after {name}, and the log has no such act"]
    if act.payload is None:
        return []
    return [
        f"{act.name} ({name}) says another {field} than the tables"
        for field, value in rows.items()
        if act.payload.get(field) != value
    ]


def _repeat_frozen(told: dict[str, Any]) -> None:
    """What can be repeated before there is a beacon: terms, the pool's root, a place for every receipt."""
    replay_draw.announced(told)
    pool, _root = replay_draw.pool_of(told)
    replay_draw.receipts(told, pool)


def _repeated(repeat: Callable[[dict[str, Any]], object], told: dict[str, Any]) -> list[str]:
    try:
        repeat(told)
    except replay_draw.Wrong as wrong:
        return [_TICKET.sub("a participant", str(wrong))]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return [f"its rows make no transcript ({type(error).__name__})"]
    return []
