"""What the log says of every draw, compared with its rows, and every draw repeated as an outsider repeats it.

What is wrong is named by the draw and the entry's number; participants are not named, since before the freeze nobody
may know them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from market.base.errors import Refusal
from market.base.words import N_, register_sentences
from market.journal.models import JournalRow
from market.journal.queries.checking import survived
from market.journal.rules.finding import Finding
from market.journal.rules.leaf import stamp
from market.pages.queries.log_draw_rows import Act, acts_where, beacons_differ, draw_differs, first_of, otherwise
from market.selection.draw import replay_draw
from market.selection.models import Draw, SignUp
from market.selection.queries.transcript import transcript
from market.selection.rules import DrawState
from market.store.db import db
from market.store.transaction import apart

PART = 500
_UNREADABLE = (SQLAlchemyError, Refusal, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
_TICKET = re.compile(r"[0-9A-Z]{18}(#[0-9]+)?")


def draws_wrong() -> Iterator[Finding]:
    """What is wrong with any draw or its beacon. Some twenty statements a draw, however many take part."""
    ids = db.session.scalars(select(Draw.id).order_by(Draw.id)).all()
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        kept = _read_at_once(part)
        for draw_id in part:
            yield from survived(Finding("finding.one_draw", {"id": draw_id}), partial(_one_wrong, draw_id))
        del kept
    yield from survived(Finding("finding.beacons"), beacons_differ)


def _read_at_once(ids: Sequence[int]) -> Sequence[Draw]:
    """The session knows these draws as long as they are held; none when one of them cannot be read."""
    try:
        with apart():
            return db.session.scalars(select(Draw).where(Draw.id.in_(ids))).all()
    except Exception:
        return []


def _one_wrong(draw_id: int) -> Iterator[Finding]:
    draw = db.session.get_one(Draw, draw_id)
    yield from (Finding("finding.draw", {"obj": f"draw/{draw.ref}", "what": what}) for what in _wrong(draw))


def _wrong(draw: Draw) -> list[Finding]:
    acts = acts_where(JournalRow.obj == f"draw/{draw.ref}")
    rows = db.session.scalars(select(SignUp).where(SignUp.draw_id == draw.id).order_by(SignUp.id)).all()
    wrong = _receipts(acts, rows) + _withdrawals(acts, rows) + _differs(draw, acts)
    if draw.state in (DrawState.ANNOUNCED, DrawState.CANCELLED):
        return wrong
    wrong += _told(acts, "draw.freeze", {})
    try:
        told = transcript(draw)
    except _UNREADABLE as error:
        return [*wrong, Finding("finding.no_transcript", {"error": type(error).__name__})]
    if draw.drawn_at is not None or told["seed"]:
        said = {"ranking": told["ranking"]}
        return wrong + _told(acts, "draw.draw", said) + _repeated(replay_draw.replay, told)
    return wrong + _repeated(_repeat_frozen, told)


def _differs(draw: Draw, acts: Sequence[Act]) -> list[Finding]:
    try:
        return draw_differs(draw, acts)
    except _UNREADABLE as error:
        return [Finding("finding.no_transcript", {"error": type(error).__name__})]


def _receipts(acts: Sequence[Act], rows: Sequence[SignUp]) -> list[Finding]:
    """Each sign-up of the log is a row, and each row a sign-up of the log, with the number that was handed in."""
    signed = {one.leaf: one for one in acts if one.act == "draw.sign_up"}
    held = Counter(row.receipt for row in rows)
    wrong = [Finding("finding.sign_up_gone", {"entry": one.name}) for one in signed.values() if not held[one.leaf]]
    wrong += [Finding("finding.receipt_shared", {"count": count}) for count in held.values() if count > 1]
    for row in rows:
        act = signed.get(row.receipt)
        if act is None:
            wrong.append(Finding("finding.receipt_unknown"))
            continue
        wrong += otherwise(act, {"received_at": stamp(row.received_at)}, {"received_at": stamp(act.t)})
        if act.payload is not None and (act.payload.get("ticket"), act.payload.get("nonce")) != (
            row.ticket,
            row.nonce,
        ):
            wrong.append(Finding("finding.sign_up_other", {"entry": act.name}))
    return wrong


def _withdrawals(acts: Sequence[Act], rows: Sequence[SignUp]) -> list[Finding]:
    left = {one.payload.get("receipt"): one for one in acts if one.act == "draw.withdraw" and one.payload is not None}
    erased = sum(one.act == "draw.withdraw" and one.payload is None for one in acts)
    signed = {one.leaf: one.name for one in acts if one.act == "draw.sign_up"}
    gone = {row.receipt for row in rows if row.withdrawn_at is not None}
    wrong = [
        Finding("finding.withdrawal_ignored", {"entry": act.name})
        for receipt, act in left.items()
        if receipt not in gone
    ]
    for row in rows:
        if row.withdrawn_at is not None and (act := left.get(row.receipt)):
            wrong += otherwise(act, {"withdrawn_at": stamp(row.withdrawn_at)}, {"withdrawn_at": stamp(act.t)})
    silent = [signed.get(receipt, Finding("finding.a_sign_up")) for receipt in gone - left.keys()]
    if len(silent) > erased:
        wrong += [Finding("finding.withdrawal_untold", {"entry": name}) for name in sorted(silent, key=str)]
    return wrong


def _told(acts: Sequence[Act], name: str, rows: dict[str, Any]) -> list[Finding]:
    """What an act of the log says is what the rows say; nothing to compare once its private part was erased."""
    act = first_of(acts, name)
    return [Finding("finding.act_missing", {"act": name})] if act is None else otherwise(act, rows, {})


def _repeat_frozen(told: dict[str, Any]) -> None:
    """What can be repeated before there is a beacon: terms, the pool's root, a place for every receipt."""
    replay_draw.announced(told)
    pool, _root = replay_draw.pool_of(told)
    replay_draw.receipts(told, pool)


def _repeated(repeat: Callable[[dict[str, Any]], object], told: dict[str, Any]) -> list[Finding]:
    try:
        repeat(told)
    except replay_draw.Wrong as wrong:
        return [Finding("finding.replay", {"said": _TICKET.sub("a participant", str(wrong))})]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return [Finding("finding.no_replay", {"error": type(error).__name__})]
    return []


register_sentences(
    {
        "finding.draw": N_("{obj}: {what}"),
        "finding.one_draw": N_("draw no. {id}"),
        "finding.beacons": N_("the beacons' values"),
        "finding.no_transcript": N_("no transcript can be made of its rows ({error})"),
        "finding.no_replay": N_("its rows make no transcript ({error})"),
        # What replay_draw.py says, the program of outsiders, in its own words.
        "finding.replay": N_("{said}"),
        "finding.sign_up_gone": N_("{entry} is a sign-up, and no participant has its receipt"),
        "finding.sign_up_other": N_("{entry} is the sign-up of another ticket or number than its participant's"),
        "finding.receipt_shared": N_("{count} participants share one receipt"),
        "finding.receipt_unknown": N_("a participant has a receipt that is no sign-up of the log"),
        "finding.withdrawal_ignored": N_("{entry} takes a sign-up back, and its participant still takes part"),
        "finding.withdrawal_untold": N_("{entry} was taken back in the tables, and the log has no withdrawal of it"),
        "finding.a_sign_up": N_("a sign-up"),
    }
)
