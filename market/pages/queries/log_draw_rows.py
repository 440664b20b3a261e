"""The rows of a draw compared with the acts that made them: terms, times, exclusions, ranks, what persons added."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from market.base import draw as law
from market.base.words import N_, register_sentences
from market.journal.models import JournalRow, LogEntry
from market.journal.queries.checking import as_hashed
from market.journal.rules.finding import Finding, entry_named
from market.journal.rules.leaf import stamp
from market.selection.models import (
    Award,
    BeaconValue,
    Draw,
    DrawDecision,
    DrawRank,
    DrawRefusal,
    SignUp,
)
from market.selection.queries.draws import (
    Participant,
    excluded,
    participants,
    postponements_of,
    secrets_of,
    value_drawn_by,
)
from market.selection.rules import Decision, DrawState, beacon_name, seconds
from market.store.db import db

Row = Mapping[str, Any]


class Act(NamedTuple):
    """An act; `seq` is None while it waits, `payload` where it was erased or is not the one hashed."""

    seq: int | None
    act: str
    obj: str
    t: datetime
    leaf: str
    payload: dict[str, Any] | None

    @property
    def name(self) -> Finding:
        """What it is called in a finding."""
        return entry_named(self.seq)


class Made(NamedTuple):
    """How acts make rows: the field that both are known by (none where there is one of each), and when a row was made.

    `read` writes the leaf's time as the rows have it.
    """

    act: str
    key: str | None
    time: str
    read: Callable[[datetime], str | int] = stamp


_ENDS_WITH_SIGN_UP = ("draw.sign_up", "draw.withdraw", "draw.commit")
_BEACON = Made("beacon.known", None, "known_at")


def acts_where(condition: ColumnElement[bool]) -> list[Act]:
    """Acts with their numbers, an object's acts one after another. One query."""
    columns = (JournalRow.act, JournalRow.obj, JournalRow.t, JournalRow.leaf)
    query = (
        select(LogEntry.seq, *columns, JournalRow.payload, JournalRow.salt, JournalRow.ph)
        .select_from(JournalRow)
        .outerjoin(LogEntry, LogEntry.row_id == JournalRow.id)
        .where(condition)
        .order_by(JournalRow.obj, JournalRow.rev)
    )
    return [
        Act(seq, act, obj, t, leaf, as_hashed(payload, salt, ph))
        for seq, act, obj, t, leaf, payload, salt, ph in db.session.execute(query)
    ]


def first_of(acts: Iterable[Act], name: str) -> Act | None:
    """The first act of this name."""
    return next((one for one in acts if one.act == name), None)


def otherwise(act: Act, row: Row, told: Row) -> list[Finding]:
    """What a row has otherwise than its act says; `told` is what the leaf itself tells, erased payload or not."""
    said = {**(act.payload or {}), **told}
    known = row.keys() if act.payload is not None else row.keys() & told.keys()
    return [
        Finding("finding.told_otherwise", {"entry": act.name, "act": act.act, "field": field})
        for field in row
        if field in known and said.get(field) != row[field]
    ]


def draw_differs(draw: Draw, acts: Sequence[Act]) -> list[Finding]:
    """What in the rows of a draw, whatever its state, is not what its acts say. Some eight statements."""
    everybody = participants(draw.id)
    return [
        *_terms(draw, acts),
        *(one for act in acts for one in _untimely(draw, act)),
        *_frozen(draw, acts, everybody),
        *_ranks(draw, acts, everybody),
        *(one for made, rows in _added(draw, everybody) for one in _matched(acts, made, rows)),
    ]


def beacons_differ() -> list[Finding]:
    """What beacons said, in the tables and not in the log or the reverse."""
    rows: dict[str, list[Row]] = {}
    acts: dict[str, list[Act]] = {}
    for value in db.session.scalars(select(BeaconValue)):
        row: Row = {"source": value.source, "randomness": value.randomness, "known_at": stamp(value.known_at)}
        rows.setdefault(f"beacon/{value.kind}/{value.name}", []).append(row)
    for act in acts_where(JournalRow.act == _BEACON.act):
        acts.setdefault(act.obj, []).append(act)
    return [
        Finding("finding.draw", {"obj": obj, "what": what})
        for obj in sorted(rows.keys() | acts.keys())
        for what in _matched(acts.get(obj, []), _BEACON, rows.get(obj, []))
    ]


def _matched(acts: Iterable[Act], made: Made, rows: Iterable[Row]) -> list[Finding]:
    """Each act has its row, each row its act; the row of an act whose private part was erased has at least its time."""
    left, wrong = list(rows), list[Finding]()
    # An erased act takes what is left when those that can be read have found theirs.
    for act in sorted((one for one in acts if one.act == made.act), key=lambda one: one.payload is None):
        told = {made.time: made.read(act.t)}
        key = made.time if act.payload is None else made.key
        wanted = {**(act.payload or {}), **told}
        row = next((one for one in left if key is None or one[key] == wanted.get(key)), None)
        if row is None:
            wrong.append(Finding("finding.act_without_row", {"entry": act.name, "act": act.act}))
            continue
        left.remove(row)
        wrong += otherwise(act, row, told)
    return [*wrong, *(Finding("finding.row_without_act", {"act": made.act}) for _ in left)]


def _terms(draw: Draw, acts: Sequence[Act]) -> list[Finding]:
    """What was announced is what the row says; the beacon's time moved as the log tells, and its name follows."""
    kind = law.BeaconKind(draw.beacon)
    row = {
        "algorithm": draw.algorithm, "algorithm_sha256": draw.algorithm_sha256, "beacon": draw.beacon, "least": draw.least,
        "beacon_time": draw.announced_time, "signup_until": draw.signup_until.timestamp(), "witnesses": draw.witnesses,
        "announced_at": stamp(draw.announced_at), "beacon_name": beacon_name(kind, draw.announced_time, draw.ref),
    }  # fmt: skip
    announced = first_of(acts, "draw.announce")
    if announced is None:
        return [Finding("finding.act_missing", {"act": "draw.announce"})]
    wrong = otherwise(announced, row, {"announced_at": stamp(announced.t)})
    moment = (announced.payload or {}).get("beacon_time", draw.announced_time)
    for act in acts:
        if act.act == "draw.postpone":
            # What an erased act moved is known by its row alone.
            moved = act.payload or _moved(draw, act)
            wrong += otherwise(act, {"from": moment}, {})
            moment = moved.get("to", moment)
        elif act.act == "draw.freeze":
            wrong += otherwise(act, {"beacon_time": moment}, {})
    if draw.beacon_time != moment:
        wrong.append(Finding("finding.beacon_time"))
    if draw.beacon_name != beacon_name(kind, draw.beacon_time, draw.ref):
        wrong.append(Finding("finding.beacon_name"))
    return wrong


def _moved(draw: Draw, act: Act) -> Row:
    rows = (one for one in postponements_of(draw.id) if one.at_time == seconds(act.t))
    return next(({"to": one.to_time} for one in rows), {})


def _untimely(draw: Draw, act: Act) -> list[Finding]:
    """Signing up, leaving and committing end before the freeze; it comes before the beacon, and the draw after it."""
    bad = (
        (act.act in _ENDS_WITH_SIGN_UP and act.t >= draw.signup_until)
        or (act.act == "draw.freeze" and not draw.signup_until <= act.t < draw.beacon_at)
        or (act.act == "draw.draw" and act.t < draw.beacon_at)
    )
    return [Finding("finding.act_untimely", {"entry": act.name, "act": act.act})] if bad else []


def _frozen(draw: Draw, acts: Sequence[Act], everybody: Sequence[Participant]) -> list[Finding]:
    act, out = first_of(acts, "draw.freeze"), excluded(everybody)
    if act is None:
        return [Finding("finding.row_without_act", {"act": "draw.freeze"})] if out or draw.pool_root else []
    row = {
        "pool_root": draw.pool_root, "frozen_time": draw.frozen_time, "exclusions": out,
        "count": sum(one.in_pool for one in everybody),
    }  # fmt: skip
    return otherwise(act, row, {"frozen_time": seconds(act.t)})


def _ranks(draw: Draw, acts: Sequence[Act], everybody: Sequence[Participant]) -> list[Finding]:
    """The draw's beacon, seed and time are those of its act, and each rank has the key that seed and ticket make."""
    act, wrong, should = first_of(acts, "draw.draw"), list[Finding](), set[tuple[str, int, str]]()
    if act is not None:
        value = value_drawn_by(draw)
        row = {
            "seed": draw.seed, "beacon": f"{value.kind}/{value.name}" if value else None,
            "drawn_at": stamp(draw.drawn_at) if draw.drawn_at else None,
        }  # fmt: skip
        wrong = otherwise(act, row, {"drawn_at": stamp(act.t)})
        pool = [ticket for one in everybody if one.in_pool for ticket in law.tickets(one.ticket, one.nonce)]
        should = {(one.holder, one.rank, one.key) for one in law.ranking(pool, bytes.fromhex(draw.seed or ""))}
    query = select(SignUp.ticket, DrawRank.position, DrawRank.key).join(SignUp, SignUp.id == DrawRank.sign_up_id)
    if {tuple(row) for row in db.session.execute(query.where(DrawRank.draw_id == draw.id))} != should:
        wrong.append(Finding("finding.ranks"))
    return wrong


def _added(draw: Draw, everybody: Sequence[Participant]) -> list[tuple[Made, list[Row]]]:
    """Rows of the draw that acts make beside its own: postponements, secrets, decisions, refusals, how it ended."""
    moved: list[Row] = [
        {"reason": one.reason, "from": one.from_time, "to": one.to_time, "at_time": one.at_time}
        for one in postponements_of(draw.id)
    ]
    least = {"least": draw.least, "count": sum(one.in_pool for one in everybody), "frozen_time": draw.frozen_time}
    return [
        (Made("draw.postpone", "from", "at_time", seconds), moved),
        (Made("draw.fail", None, "frozen_time", seconds), [least] if draw.state == DrawState.FAILED else []),
        *_secrets(draw),
        *_decisions(draw),
        (Made("draw.refuse", "award", "refused_at"), _refusals(draw)),
    ]


def _secrets(draw: Draw) -> list[tuple[Made, list[Row]]]:
    rows = secrets_of(draw.id)
    committed: list[Row] = [
        {
            "committer": one.by, "number": one.number, "commitment": one.commitment, "by": one.account_id,
            "committed_at": stamp(one.committed_at),
        }
        for one in rows
    ]  # fmt: skip
    revealed: list[Row] = [
        {"committer": one.by, "secret": one.secret, "by": one.account_id, "revealed_at": stamp(one.revealed_at)}
        for one in rows
        if one.revealed_at is not None
    ]
    return [
        (Made("draw.commit", "committer", "committed_at"), committed),
        (Made("draw.reveal", "committer", "revealed_at"), revealed),
    ]


def _decisions(draw: Draw) -> list[tuple[Made, list[Row]]]:
    rows = db.session.scalars(select(DrawDecision).where(DrawDecision.draw_id == draw.id)).all()
    asked: list[Row] = [
        {
            "decision": one.decision, "ground": one.ground, "explained": one.explained, "by": one.asked_by,
            "asked_at": stamp(one.asked_at),
        }
        for one in rows
    ]  # fmt: skip
    confirmed: list[Row] = [
        {
            "decision": one.decision, "ground": one.ground, "by": one.confirmed_by,
            "confirmed_at": stamp(one.confirmed_at),
        }
        for one in rows
        if one.confirmed_at is not None
    ]  # fmt: skip
    void: list[Row] = [
        {"ground": one["ground"], "by": one["by"], "confirmed_at": one["confirmed_at"]}
        for one in confirmed
        if one["decision"] == Decision.VOID
    ]
    return [
        (Made("draw.ask", "decision", "asked_at"), asked),
        (Made("draw.confirm", "decision", "confirmed_at"), confirmed),
        (Made("draw.void", None, "confirmed_at"), void),
    ]


def _refusals(draw: Draw) -> list[Row]:
    query = select(DrawRefusal, Award.ref).join(Award, Award.id == DrawRefusal.award_id)
    return [
        {
            "award": award, "reason": one.reason, "explained": one.explained, "by": one.refused_by,
            "refused_at": stamp(one.refused_at),
        }
        for one, award in db.session.execute(query.where(DrawRefusal.draw_id == draw.id))
    ]  # fmt: skip


register_sentences(
    {
        "finding.act_missing": N_("the tables are after {act}, and the log has no such act"),
        "finding.told_otherwise": N_("{entry} ({act}) says another {field} than the tables"),
        "finding.act_without_row": N_("{entry} ({act}) made a row that is not in the tables"),
        "finding.row_without_act": N_("a row in the tables is of {act}, and no such act of the log made it"),
        "finding.act_untimely": N_("{entry} ({act}) is earlier or later than the times of its draw allow"),
        "finding.beacon_time": N_(
            "the beacon's time is neither the announced one nor one that a postponement of the log says"
        ),
        "finding.beacon_name": N_("the beacon's name does not follow from its time"),
        "finding.ranks": N_("the ranks in the tables, or their keys, are not those that seed and tickets make"),
    }
)
