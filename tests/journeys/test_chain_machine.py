"""The main chain as a machine: any lawful act is done, any other is refused and leaves every row as it was."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from market.base import clock
from market.base.clock import CHINA
from market.base.errors import Refusal
from market.base.people import Actor
from market.contracts import actions as contracts
from market.contracts.models import Contract
from market.contracts.queries import award_of, contract_lock, contract_of
from market.fees import actions as fees
from market.fees.models import FeeNote
from market.fees.queries import note_lock, note_of
from market.fees.rules import Declared
from market.ratings import actions as ratings
from market.ratings.rules import Factor, Given
from market.selection import actions as selection
from market.selection.actions import Amount, Quoted, Terms
from market.selection.methods import Given as Chosen
from market.selection.models import Award, Request
from market.selection.queries import request_lock, request_of, request_open_to
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.journeys.picture import changed, picture

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
NOTHING = "RQ-2026-999999X"


@dataclass(frozen=True)
class Cast:
    """Who there is: a buyer, two agencies with marked prices, and a stranger of each side."""

    service: make.Listed
    buyer: Actor
    agencies: dict[str, make.MadeAgency]
    strangers: dict[str, Actor]

    @classmethod
    def gather(cls) -> "Cast":
        """Make them."""
        first = make.make_offer()
        second = make.make_offer(service=first.service)
        strangers = {"buyer": make.make_enterprise().actor, "agency": make.make_agency().actor}
        return cls(first.service, make.make_enterprise().actor, {"a": first.agency, "b": second.agency}, strangers)


@dataclass
class Model:
    """What should be, after what was done."""

    stage: str = ""
    method: str = ""
    late: bool = False
    quotes: set[str] = field(default_factory=set)
    winner: str = "a"
    contract: str = ""
    note: str = ""
    rated: bool = False
    refs: dict[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen to this order."""
        ended = self.stage in ("", "failed", "cancelled") or self.contract == "declined"
        return ended or (self.note == "paid" and self.rated)


@dataclass(frozen=True)
class Act:
    """One act: whose, when it is lawful, how it is done, and what it makes of the model."""

    side: str
    lawful: Callable[[Model], bool]
    do: Callable[[Cast, Model, Actor], Any]
    then: Callable[[Model, Any], None]


def _draft(method: str, cast: Cast, model: Model, actor: Actor) -> str:
    terms = Terms({cast.service.fee_item_id: Amount("100")}, method, "样例项目")
    with transaction() as now:
        return selection.draft_request(cast.service.code, terms, actor=actor, now=now).ref


def _drafted(method: str, model: Model, ref: str) -> None:
    model.__init__(stage="draft", method=method, refs={"request": ref})  # type: ignore[misc]


def _on_request(act: Callable[..., Any], _cast: Cast, model: Model, actor: Actor) -> Any:
    ref = model.refs.get("request", NOTHING)
    with transaction(request_lock(ref)) as now:
        return act(request_of(actor, ref), actor=actor, now=now)


def _edit(cast: Cast, model: Model, actor: Actor) -> None:
    terms = Terms({cast.service.fee_item_id: Amount("120")}, model.method or "direct", "样例项目（改）")
    _on_request(lambda found, **who: selection.edit_draft(found, terms, **who), cast, model, actor)


def _choose(cast: Cast, model: Model, actor: Actor) -> str | None:
    named = Chosen(cast.agencies["a"].id) if model.method == "direct" else Chosen()
    ref = model.refs.get("request", NOTHING)
    with transaction(request_lock(ref)) as now:
        award = selection.choose(request_of(actor, ref), named, actor=actor, now=now)
        return None if award is None else award.ref


def _chosen(model: Model, award: str | None) -> None:
    model.stage = "failed" if award is None else "awarded"
    # The second agency always quotes less.
    model.winner = "b" if "b" in model.quotes else "a"
    model.refs["award"] = award or NOTHING


def _quote(name: str, cast: Cast, model: Model, actor: Actor) -> None:
    ref = model.refs.get("request", NOTHING)
    agency = next((one for one in cast.agencies.values() if one.actor == actor), cast.agencies[name])
    with transaction(request_lock(ref)) as now:
        found = request_open_to(agency.id, ref)
        amounts = {line.id: 4_000_00 if name == "a" else 3_000_00 for line in found.lines}
        selection.submit_quote(found, Quoted(amounts, 5), actor=actor, now=now)


def _withdraw(name: str, cast: Cast, model: Model, actor: Actor) -> None:
    ref = model.refs.get("request", NOTHING)
    with transaction(request_lock(ref)) as now:
        selection.withdraw_quote(request_open_to(cast.agencies[name].id, ref), actor=actor, now=now)


def _propose(_cast: Cast, model: Model, actor: Actor) -> str:
    with transaction() as now:
        award, _request = award_of(actor, model.refs.get("award", NOTHING))
        return contracts.propose(award, "样例条款", actor=actor, now=now).ref


def _proposed(model: Model, ref: str) -> None:
    model.contract, model.refs["contract"] = "proposed", ref


def _on_contract(act: Callable[..., Any], _cast: Cast, model: Model, actor: Actor) -> Any:
    ref = model.refs.get("contract", NOTHING)
    with transaction(contract_lock(ref)) as now:
        return act(contract_of(actor, ref), actor=actor, now=now)


def _issue(cast: Cast, model: Model, actor: Actor) -> str:
    def charge(found: Contract, **who: Any) -> str:
        return fees.issue(found, {line.id: line.amount_fen for line in found.lines}, **who).ref

    return str(_on_contract(charge, cast, model, actor))


def _issued(model: Model, ref: str) -> None:
    model.note, model.refs["note"] = "issued", ref


def _on_note(act: Callable[..., Any], _cast: Cast, model: Model, actor: Actor) -> None:
    ref = model.refs.get("note", NOTHING)
    with transaction(note_lock(ref)) as now:
        act(note_of(actor, ref), actor=actor, now=now)


def _pay(found: FeeNote, **who: Any) -> None:
    fees.declare_payment(found, Declared("回单", sum(line.amount_fen for line in found.lines)), **who)


def _rate(found: Contract, **who: Any) -> None:
    ratings.rate(found, Given(dict.fromkeys((one.value for one in Factor), 4), ""), **who)


def _deliver(found: Contract, **who: Any) -> None:
    contracts.deliver(found, contracts.Result("样例报告"), **who)


def _return(found: Contract, **who: Any) -> None:
    contracts.send_back(found, "附件二缺少原始记录，请补齐。", **who)


def _set(name: str, value: Any) -> Callable[[Model, Any], None]:
    return lambda model, _result: setattr(model, name, value)


def _open_for_quotes(model: Model) -> bool:
    return model.stage == "open" and model.method == "lowest_quote" and not model.late


def _has_quoted(name: str, model: Model) -> bool:
    return _open_for_quotes(model) and name in model.quotes


def _may_quote(name: str, model: Model) -> bool:
    return _open_for_quotes(model) and name not in model.quotes


def _can_choose(model: Model) -> bool:
    return model.stage == "open" and (model.method == "direct" or model.late)


def _quoted(name: str, model: Model, _result: Any) -> None:
    model.quotes.add(name)


def _withdrew(name: str, model: Model, _result: Any) -> None:
    model.quotes.discard(name)


def _at(name: str, state: str) -> Callable[[Model], bool]:
    return lambda model: bool(getattr(model, name) == state)


ACTS = {
    "edit": Act("buyer", _at("stage", "draft"), _edit, lambda _model, _result: None),
    "publish": Act("buyer", _at("stage", "draft"), partial(_on_request, selection.publish), _set("stage", "open")),
    "cancel": Act(
        "buyer",
        lambda model: model.stage in ("draft", "open"),
        partial(_on_request, selection.cancel),
        _set("stage", "cancelled"),
    ),
    **{
        f"quote {name}": Act(name, partial(_may_quote, name), partial(_quote, name), partial(_quoted, name))
        for name in "ab"
    },
    **{
        f"withdraw {name}": Act(name, partial(_has_quoted, name), partial(_withdraw, name), partial(_withdrew, name))
        for name in "ab"
    },
    "choose": Act("buyer", _can_choose, _choose, _chosen),
    "propose": Act("buyer", lambda model: model.stage == "awarded" and not model.contract, _propose, _proposed),
    "sign": Act(
        "seller", _at("contract", "proposed"), partial(_on_contract, contracts.sign), _set("contract", "in_service")
    ),
    "decline": Act(
        "seller", _at("contract", "proposed"), partial(_on_contract, contracts.decline), _set("contract", "declined")
    ),
    "deliver": Act(
        "seller", _at("contract", "in_service"), partial(_on_contract, _deliver), _set("contract", "delivered")
    ),
    "return": Act(
        "buyer", _at("contract", "delivered"), partial(_on_contract, _return), _set("contract", "in_service")
    ),
    "accept": Act(
        "buyer", _at("contract", "delivered"), partial(_on_contract, contracts.accept), _set("contract", "accepted")
    ),
    "issue": Act("seller", lambda model: model.contract == "accepted" and not model.note, _issue, _issued),
    "declare": Act("buyer", _at("note", "issued"), partial(_on_note, _pay), _set("note", "declared")),
    "confirm": Act("seller", _at("note", "declared"), partial(_on_note, fees.confirm_payment), _set("note", "paid")),
    "rate": Act(
        "buyer",
        lambda model: model.contract == "accepted" and not model.rated,
        partial(_on_contract, _rate),
        _set("rated", True),
    ),
}
ONWARD = {"edit": 1, "cancel": 1, "decline": 1, "withdraw a": 1, "withdraw b": 1, "return": 1}
"""Acts that lead nowhere new are drawn less often than the others."""


class Chain(RuleBasedStateMachine):
    """One order after the other; time stands still but where a deadline passes."""

    cast: ClassVar[Cast]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.moment = MONDAY

    def _actor(self, act: Act) -> Actor:
        if act.side == "buyer":
            return self.cast.buyer
        return self.cast.agencies[self.model.winner if act.side == "seller" else act.side].actor

    def _do(self, act: Act, actor: Actor) -> Any:
        with clock.moved_to(self.moment):
            return act.do(self.cast, self.model, actor)

    def _refused(self, act: Act, actor: Actor) -> None:
        before = picture()
        with pytest.raises(Refusal):
            self._do(act, actor)
        assert changed(before, picture()) == []

    @rule(draw=st.integers(0, 10**6), method=st.sampled_from(["direct", "lowest_quote", "lowest_quote"]))
    def lawful(self, draw: int, method: str) -> None:
        """Do one of the acts that are lawful now; when an order is over, begin another."""
        if self.model.over:
            with clock.moved_to(self.moment):
                _drafted(method, self.model, _draft(method, self.cast, self.model, self.cast.buyer))
            return
        open_ = [name for name, act in ACTS.items() if act.lawful(self.model)]
        weighted = [name for name in open_ for _ in range(ONWARD.get(name, 6))]
        if _open_for_quotes(self.model):
            weighted += ["the deadline passes"] * 4
        name = weighted[draw % len(weighted)]
        if name == "the deadline passes":
            self.moment += timedelta(days=10)
            self.model.late = True
        else:
            ACTS[name].then(self.model, self._do(ACTS[name], self._actor(ACTS[name])))

    @rule(draw=st.integers(0, 10**6))
    def unlawful(self, draw: int) -> None:
        """Try one of the acts that are not lawful now."""
        closed = [act for act in ACTS.values() if not act.lawful(self.model)]
        act = closed[draw % len(closed)]
        self._refused(act, self._actor(act))

    @rule(draw=st.integers(0, 10**6))
    def by_a_stranger(self, draw: int) -> None:
        """Try any act as somebody whom it does not concern."""
        act = list(ACTS.values())[draw % len(ACTS)]
        self._refused(act, self.cast.strangers["buyer" if act.side == "buyer" else "agency"])

    @invariant()
    def stands_as_it_should(self) -> None:
        """The rows say what the model says."""
        refs = self.model.refs
        if "request" in refs:
            assert _state(Request, refs["request"]) == self.model.stage
        if "contract" in refs:
            assert _state(Contract, refs["contract"]) == self.model.contract
        if "note" in refs:
            assert _state(FeeNote, refs["note"]) == self.model.note
        db.session.rollback()


def _state(table: type[Request | Contract | FeeNote | Award], ref: str) -> str | None:
    return db.session.scalar(select(table.state).where(table.ref == ref))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_whatever_is_tried_in_whatever_order_only_the_lawful_acts_of_the_chain_change_anything(
    app: Flask, at: Any
) -> None:
    at(MONDAY)
    with app.app_context():
        run_state_machine_as_test(
            type("ChainHere", (Chain,), {"cast": Cast.gather()}),
            settings=settings(
                max_examples=8,
                stateful_step_count=45,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
