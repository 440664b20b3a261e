"""What the log says that became of an object: acts of the journal, and the moves of the state tables that they are.

One table for all objects that have a lifecycle and a name in the journal. Not in it: what needs more than leaves
(`log_rows`: agencies, filings, offers and what else acts on a name that is not its own), what an object without a state
says (baskets, plans, accounts), and merged requests, which have no state of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, String, cast, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute

from market.base.lifecycle import Lifecycle
from market.base.words import N_, register_sentences
from market.catalogue.models import Edition
from market.catalogue.rules import EDITION
from market.contracts.models import Contract
from market.contracts.rules import CONTRACT
from market.evaluation.models import Round
from market.evaluation.rules import ROUND
from market.fees.models import FeeNote
from market.fees.rules import FEE_NOTE
from market.journal.rules.finding import Finding, entry_named
from market.oversight.models import Voice
from market.oversight.rules import VOICE
from market.pages.queries.log_words import Thing, differs, in_log_only, in_table_only, unlawful_entry
from market.selection.models import Draw, Quote, Request
from market.selection.rules import DRAW, QUOTE, REQUEST, QuoteOrigin
from market.store.db import db

Name = InstrumentedAttribute[str] | ColumnElement[str]
Lawful = tuple[list[str], str | None]


@dataclass(frozen=True, slots=True)
class Life:
    """A kind of object: `begins` makes it, `moves` are events of its lifecycle, `stays` change no state, `ends` it all.

    `name` is the column whose value stands after the stroke in the journal's name of the object; `only` says which rows
    have acts of their own.
    """

    lifecycle: Lifecycle
    name: Name
    state: InstrumentedAttribute[str]
    begins: str
    moves: Mapping[str, str]
    stays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: ColumnElement[bool] = field(default_factory=true)

    def table(self) -> dict[str, Lawful]:
        """Act -> the states it is lawful in ("" before there is any), and the state after it; None for the same."""
        found: dict[str, Lawful] = {self.begins: ([""], str(self.lifecycle.states[0]))}
        for act, event in self.moves.items():
            moves = [move for move in self.lifecycle.moves if move.event == event]
            found[act] = ([str(source) for move in moves for source in move.sources], str(moves[0].target))
        found |= {act: ([str(state) for state in states], None) for act, states in self.stays.items()}
        return found | {act: ([str(state) for state in states], "") for act, states in self.ends.items()}


_WRITTEN = ("draft", "in_review")
LIVES = {
    "request": Life(
        REQUEST, Request.ref, Request.state, "request.draft",
        {
            "request.publish": "publish", "request.publish_random": "publish", "request.award": "award", "request.fail": "fail",
            "request.cancel": "cancel", "request.cancel_by_rule": "cancel", "request.give_up": "give_up",
        },
        {"request.edit": ("draft",), "request.accept_edition": ("draft",), "request.award_next": ("awarded",)},
    ),
    "draw": Life(
        DRAW, Draw.ref, Draw.state, "draw.announce",
        {f"draw.{event}": event for event in ("freeze", "draw", "fail", "void", "cancel")},
        {
            "draw.sign_up": ("announced",), "draw.withdraw": ("announced",), "draw.commit": ("announced",),
            "draw.postpone": ("announced", "frozen"), "draw.reveal": ("frozen",), "draw.ask": ("frozen", "drawn"),
            "draw.confirm": ("frozen", "drawn"), "draw.refuse": ("drawn",),
        },
    ),
    "quote": Life(
        QUOTE, Quote.ref, Quote.state, "quote.submit", {"quote.withdraw": "withdraw"},
        # What a direct choice or a draw makes of a marked price is part of another act (`log_rows`).
        only=Quote.origin == QuoteOrigin.SUBMITTED,
    ),
    "contract": Life(
        CONTRACT, Contract.ref, Contract.state, "contract.propose",
        {f"contract.{event}": event for event in ("sign", "decline", "deliver", "return", "accept")},
    ),
    "fee_note": Life(
        FEE_NOTE, FeeNote.ref, FeeNote.state, "fee.issue", {"fee.declare": "declare", "fee.confirm": "confirm"}
    ),
    "round": Life(
        ROUND, Round.ref, Round.state, "round.open", {"round.compute": "compute", "round.publish": "publish"}
    ),
    "voice": Life(
        VOICE, Voice.ref, Voice.state, "voice.receive", {"voice.answer": "answer"},
        {"voice.correct": ("answered",), "voice.erase_contact": ("received", "answered")},
    ),
    "edition": Life(
        EDITION, cast(Edition.number, String), Edition.state, "edition.import",
        {f"edition.{event}": event for event in ("submit", "return", "publish")},
        {
            **{
                f"edition.{what}": _WRITTEN
                for what in (
                    "add_entry", "drop_price", "raise_bundle", "remove_bundle", "remove_entry", "remove_question",
                    "set_act_marks", "set_bundle", "set_bundles", "set_entry", "set_price", "set_question", "set_rules",
                )
            },
            "edition.in_force": ("published",),
        },
        {"edition.discard": ("draft",)},
    ),
}  # fmt: skip


def tables() -> dict[str, dict[str, Lawful]]:
    """The moves of every covered kind, in plain values: what `verify_log.py` carries."""
    return {kind: life.table() for kind, life in sorted(LIVES.items())}


def unlawful(acts: Iterable[tuple[int | None, str, str]], states: dict[str, str]) -> list[Finding]:
    """Play acts (seq, act, object) on `states`, the state of every covered object; what was not lawful.

    An act that waits has no seq.
    """
    known, wrong = tables(), []
    for seq, act, obj in acts:
        kind = obj.split("/")[0]
        if kind not in known:
            continue
        before = states.get(obj, "")
        lawful, after = known[kind].get(act, ([], None))
        if before not in lawful:
            wrong.append(unlawful_entry(seq, _thing(obj), act=act, state=before))
        if act == "request.publish_random":
            states.setdefault(draw_of(obj), "")
        if drawn_too_early(act, obj, states):
            wrong.append(Finding("finding.not_drawn", {"entry": entry_named(seq), "act": act, "obj": obj}))
        states[obj] = before if after is None else after
    return wrong


def drawn_too_early(act: str, obj: str, states: Mapping[str, str]) -> bool:
    """Whether a request that a draw decides was awarded before its pool was frozen and drawn."""
    return act in ("request.award", "request.award_next") and states.get(draw_of(obj), "drawn") != "drawn"


def draw_of(request: str) -> str:
    """The journal's name of a request's draw, which has the request's number."""
    return f"draw/{request.removeprefix('request/')}"


def differing(states: Mapping[str, str]) -> list[Finding]:
    """Rows whose state is not the one the log leads to, and objects that are only in one of both. One query a kind."""
    wrong = []
    for kind, life in LIVES.items():
        query = select(literal(f"{kind}/").concat(life.name), life.state).where(life.only)
        rows = {obj: str(state) for obj, state in db.session.execute(query)}
        said = {obj: state for obj, state in states.items() if obj.split("/")[0] == kind and state}
        wrong += [
            _differing(obj, rows, said) for obj in sorted(rows.keys() | said.keys()) if rows.get(obj) != said.get(obj)
        ]
    return wrong


def _differing(obj: str, rows: Mapping[str, str], said: Mapping[str, str]) -> Finding:
    if obj not in rows:
        return in_log_only(_thing(obj), said[obj])
    return differs(_thing(obj), rows[obj], said[obj]) if obj in said else in_table_only(_thing(obj), rows[obj])


def _thing(obj: str) -> Thing:
    return Thing(obj, LIVES[obj.split("/")[0]].lifecycle.name)


register_sentences({"finding.not_drawn": N_("{entry}: {act} on {obj} without its draw")})
