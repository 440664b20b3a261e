"""Agency, application, paper and price as one machine: every lawful move is made, and every other is refused.

A walk makes each move of the four tables from each of its states, and goes on by chance. On the way, in every
constellation of the four states that it comes to, it tries every act that is not lawful there, and past the actions
every change of a state, and every birth in a state, that is in no table. What is refused changes no row of any table.
In the end the log leads to the states that the rows have, and with every private part erased it contradicts none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import joinedload

from market.agencies import actions, queries
from market.agencies.actions import NewPaper
from market.agencies.models import Agency, AgencyPaper, Filing, Offer
from market.agencies.rules import (
    AGENCY,
    CORRECTABLE,
    FILING,
    OFFER,
    OPEN,
    PAPER,
    FilingKind,
    FilingState,
    Fixed,
    ReturnReason,
    SuspensionGround,
)
from market.base.clock import moved_to
from market.base.errors import BadState, NotFound, Refusal
from market.base.people import Role
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.journal.models import JournalRow
from market.pages.queries.log_rows import differing_rows
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.guards.raw import columns_of
from tests.journeys.picture import changed, picture

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
LIVES = {"agency": AGENCY, "filing": FILING, "paper": PAPER, "offer": OFFER}
MODELS = {"agency": Agency, "filing": Filing, "paper": AgencyPaper, "offer": Offer}
LOADED = {
    "agency": (joinedload(Agency.organisation),),
    "filing": (joinedload(Filing.agency).joinedload(Agency.organisation),),
}
MOVES = {(name, old, move.event) for name, life in LIVES.items() for move in life.moves for old in move.sources}
THROUGH_ALL = (
    *("add_paper", "take_back", "begin", "add_paper", "remove_paper", "add_paper", "submit", "return", "take_back"),
    *("begin", "add_paper", "submit", "return", "submit", "pass"),
    *(
        "mark",
        "pause",
        "resume",
        "pause",
        "withdraw",
        "mark",
        "withdraw",
        "mark",
        "begin",
        "remove_paper",
        "submit",
        "pass",
    ),
    *("suspend", "lift", "suspend", "exit", "begin", "submit", "pass", "exit"),
)
BY_CHANCE = 15
# What speaks of the same row before the table of states does.
EARLIER = {"store.no_such_move", "store.frozen", "offer.pause_not_open", "filing.self_checked"}
AT_BIRTH = {"store.no_such_move", "filing.being_checked", "offer.agency_not_admitted", "offer.intervals_overlap"}


@dataclass
class World:
    """One agency, two persons of the desk, and the newest of each kind of object."""

    service: Any = field(default_factory=make.make_listed_service)
    agency: Any = field(default_factory=lambda: make.register_agency(filed=FilingState.DRAFT))
    desks: list[Any] = field(default_factory=lambda: [make.make_person(role=Role.ADMISSION_DESK) for _ in range(2)])
    papers: int = 0

    def newest(self, name: str) -> Any:
        """The row of a kind that was made last, or None."""
        model = MODELS[name]
        mine = Agency.id if model is Agency else model.agency_id
        query = select(model).where(mine == self.agency.id).order_by(model.id.desc())
        return db.session.scalars(query.options(*LOADED.get(name, ()))).first()

    def states(self) -> dict[str, tuple[int, str]]:
        """The newest of each kind: its id and its state; (0, "") for none."""
        rows = {name: self.newest(name) for name in LIVES}
        found = {name: (row.id, row.state) if row else (0, "") for name, row in rows.items()}
        db.session.rollback()
        return found


@dataclass(frozen=True)
class Act:
    """An act, when the tables allow it, and the events that it is for the newest of each kind."""

    do: Callable[[World, datetime], Any]
    lawful: Callable[[World], bool]
    events: Callable[[World], Mapping[str, str]] = lambda _world: {}


def _filing(do: Callable[..., Any], by_desk: int | None = None) -> Callable[[World, datetime], None]:
    def act(world: World, now: datetime) -> None:
        who = world.agency.actor if by_desk is None else world.desks[by_desk].actor
        filing = world.newest("filing")
        if filing is None:
            raise NotFound("filing.not_found")
        do(filing, actor=who, now=now)

    return act


def _begin(world: World, now: datetime) -> None:
    filing = actions.begin(make.PROFILE, actor=world.agency.actor, now=now)
    actions.accept_commitment(filing, actor=world.agency.actor, now=now)


def _send_back(filing: Filing, **who: Any) -> None:
    actions.send_back(filing, [ReturnReason.NAME_DIFFERS], **who)


def _add_paper(world: World, now: datetime) -> None:
    world.papers += 1
    given = NewPaper("【虚构】证书", f"FAKE-L-{world.papers}", "【虚构】", date(2026, 1, 1), date(2099, 1, 1))
    actions.add_paper(world.newest("filing"), given, actor=world.agency.actor, now=now)


def _on_paper(do: Callable[..., Any]) -> Callable[[World, datetime], None]:
    def act(world: World, now: datetime) -> None:
        paper = world.newest("paper")
        if paper is None:
            raise NotFound("paper.not_found")
        do(world.newest("filing"), paper, actor=world.agency.actor, now=now)

    return act


def _suspend(world: World, now: datetime) -> None:
    given = actions.Proposal(SuspensionGround.MISCONDUCT, date(2027, 1, 1))
    agency = world.newest("agency")
    row = actions.propose_suspension(agency, given, actor=world.desks[0].actor, now=now)
    actions.confirm_suspension(agency, row, actor=world.desks[1].actor, now=now)


def _lift(world: World, now: datetime) -> None:
    agency = world.newest("agency")
    actions.end_suspension(agency, queries.suspension_of(agency.ref), actor=world.desks[0].actor, now=now)


def _leave(world: World, now: datetime) -> None:
    actions.leave(world.newest("agency"), actor=world.agency.actor, now=now)


def _mark(world: World, now: datetime) -> None:
    entry = entry_of(world.service.code, db.session.get_one(Edition, world.service.edition_id))
    marking = actions.Marking(entry, dict.fromkeys(world.service.fee_item_ids, Fixed(100_00)), 5)
    actions.mark_price(world.newest("agency"), marking, actor=world.agency.actor, now=now)


def _on_offer(do: Callable[..., Any], *more: str) -> Callable[[World, datetime], None]:
    def act(world: World, now: datetime) -> None:
        newest = world.newest("offer")
        offer = queries.offer_of(world.agency.id, newest.id if newest else 0)
        do(offer, *more, actor=world.agency.actor, now=now)

    return act


def _state(world: World, name: str) -> str:
    row = world.newest(name)
    return row.state if row else ""


def _allows(name: str, event: str) -> Callable[[World], bool]:
    return lambda world: LIVES[name].allows(_state(world, name), event)


def _mine(world: World) -> bool:
    return _state(world, "filing") in CORRECTABLE


def _paper_goes(world: World) -> bool:
    paper, filing = world.newest("paper"), world.newest("filing")
    if paper is None or not _mine(world):
        return False
    brought = paper.state == "filed" and paper.filing_id == filing.id
    return brought or (paper.state == "on_record" and paper.ended_filing_id is None)


def _passes(world: World) -> dict[str, str]:
    filing, paper = world.newest("filing"), world.newest("paper")
    events = {"filing": "pass"}
    if filing.kind != FilingKind.CHANGE:
        events["agency"] = "admit"
    if paper is not None and paper.state == "filed" and paper.filing_id == filing.id:
        events["paper"] = "record"
    if paper is not None and paper.state == "on_record" and paper.ended_filing_id == filing.id:
        events["paper"] = "end"
    return events


def _takes_back(world: World) -> dict[str, str]:
    filing, paper = world.newest("filing"), world.newest("paper")
    goes = paper is not None and paper.state == "filed" and paper.filing_id == filing.id
    return {"filing": "take_back"} | ({"paper": "take_back"} if goes else {})


ACTS = {
    "begin": Act(
        _begin,
        lambda world: _state(world, "filing") not in OPEN,
        lambda world: {"agency": "come_back"} if _state(world, "agency") == "exited" else {},
    ),
    "submit": Act(_filing(actions.submit), _allows("filing", "submit"), lambda _: {"filing": "submit"}),
    "return": Act(_filing(_send_back, 0), _allows("filing", "return"), lambda _: {"filing": "return"}),
    "pass": Act(_filing(actions.pass_filing, 0), _allows("filing", "pass"), _passes),
    "take_back": Act(_filing(actions.take_back), _allows("filing", "take_back"), _takes_back),
    "add_paper": Act(_add_paper, _mine),
    "remove_paper": Act(
        _on_paper(actions.remove),
        _paper_goes,
        lambda world: {"paper": "take_back"} if _state(world, "paper") == "filed" else {},
    ),
    "suspend": Act(_suspend, _allows("agency", "suspend"), lambda _: {"agency": "suspend"}),
    "lift": Act(_lift, _allows("agency", "lift"), lambda _: {"agency": "lift"}),
    "exit": Act(
        _leave,
        lambda world: _allows("agency", "exit")(world) and _state(world, "filing") not in OPEN,
        lambda _: {"agency": "exit"},
    ),
    "mark": Act(_mark, lambda world: _state(world, "agency") == "admitted"),
    "pause": Act(_on_offer(actions.pause_offer, "equipment"), _allows("offer", "pause"), lambda _: {"offer": "pause"}),
    "resume": Act(_on_offer(actions.resume_offer), _allows("offer", "resume"), lambda _: {"offer": "resume"}),
    "withdraw": Act(_on_offer(actions.withdraw_offer), _allows("offer", "withdraw"), lambda _: {"offer": "withdraw"}),
}


@dataclass
class Walk:
    """What was made and what was tried so far."""

    world: World = field(default_factory=World)
    made: set[tuple[str, str, str]] = field(default_factory=set)
    tried: set[Any] = field(default_factory=set)

    def step(self, chosen: Callable[[Sequence[str]], str]) -> None:
        """Try whatever is not lawful here and was not tried here yet; then do what is chosen of the lawful acts."""
        before = self.world.states()
        here = tuple(state for _id, state in before.values())
        lawful = {name for name, act in ACTS.items() if act.lawful(self.world)}
        untried = sorted(name for name in ACTS.keys() - lawful if (name, here) not in self.tried)
        raw = [(name, *at) for name, at in before.items() if at[0] and (name, at[1]) not in self.tried]
        if untried or raw:
            was = picture()
            for name in untried:
                self._refused(name)
            for name, row_id, state in raw:
                self._raw(name, row_id, state)
            assert changed(was, picture()) == []
        self.tried |= {(name, here) for name in untried} | {(name, state) for name, _id, state in raw}
        self._do(chosen(sorted(lawful)), before)

    def _do(self, name: str, before: Mapping[str, tuple[int, str]]) -> None:
        act = ACTS[name]
        events = act.events(self.world)
        with transaction() as now:
            act.do(self.world, now)
        for what, (row_id, state) in self.world.states().items():
            old_id, old = before[what]
            if row_id != old_id:
                assert state == LIVES[what].states[0], (name, what)
            elif what in events:
                assert state == LIVES[what].step(old, events[what]), (name, what)
                self.made.add((what, old, events[what]))
            else:
                assert state == old, (name, what)

    def _refused(self, name: str) -> None:
        with pytest.raises(Refusal) as refused, transaction() as now:
            ACTS[name].do(self.world, now)
        assert isinstance(refused.value, (BadState, NotFound)), (name, refused.value.code)

    def _raw(self, name: str, row_id: int, state: str) -> None:
        model, life = MODELS[name], LIVES[name]
        lawful = {move.target for move in life.moves if state in move.sources}
        for new in set(life.states) - lawful - {state}:
            with pytest.raises(Refusal) as refused, transaction():
                db.session.execute(text(f"UPDATE {model.__tablename__} SET state = '{new}' WHERE id = {row_id}"))
            assert refused.value.code in EARLIER, (name, state, new, refused.value.code)
        for born in life.states[1:]:
            values = columns_of(model, row_id) | {"state": born} | ({"number": "FAKE-BORN"} if name == "paper" else {})
            with pytest.raises(Refusal) as refused, transaction():
                db.session.execute(model.__table__.insert().values(**values))
            assert refused.value.code in AT_BIRTH, (name, born, refused.value.code)


def test_every_move_of_the_tables_is_made_and_whatever_else_is_tried_changes_no_row(session):
    chance = Random(5)
    with moved_to(NOON):
        walk = Walk()
        with transaction() as now:
            actions.accept_commitment(walk.world.newest("filing"), actor=walk.world.agency.actor, now=now)
    ways = [lambda lawful, act=act: lawful[lawful.index(act)] for act in THROUGH_ALL] + [chance.choice] * BY_CHANCE
    for hour, way in enumerate(ways):
        with moved_to(NOON + timedelta(hours=hour)):
            walk.step(way)
    assert MOVES - walk.made == set()
    assert {one[0] for one in walk.tried} == {*ACTS, *LIVES}
    states = {(name, state) for name, life in LIVES.items() for state in life.states}
    assert states <= walk.tried
    assert differing_rows() == []
    with transaction():
        db.session.execute(update(JournalRow).values(salt=None, payload=None))
    assert differing_rows() == []
