"""Voices as somebody sends them."""

from datetime import date
from typing import Any

from market.base import clock
from market.oversight import actions, queries
from market.oversight.actions import Answering, Demand, Given, Receipt
from market.oversight.queries import Target
from market.oversight.rules import Aspect, Demander, Outcome
from market.store.transaction import transaction
from tests import make

TEXT = "窗口要求先做清单上没有的检测，否则不收件。"
_sent = iter(range(10**9))


def given(**changes: Any) -> Given:
    """What somebody sends who was asked for something that no list names; every one from another sender."""
    number = next(_sent)
    values: dict[str, Any] = {
        "aspect": Aspect.SERVICE,
        "target": Target(said="【虚构】清单外检测"),
        "text": TEXT,
        "once": f"once-{number}",
        "sender": f"sender-{number}",
        "demand": Demand(Demander.DEPARTMENT, "【虚构】某局", None, 5_000_00),
    }
    return Given(**(values | changes))


def objection(service: make.Listed, **changes: Any) -> Given:
    """An objection to the price of a listed service."""
    target = queries.entry_target(service.code, clock.today())
    return given(aspect=Aspect.PRICE, target=target, demand=None, **changes)


def send(what: Given | None = None) -> Receipt:
    """Send a voice."""
    what = what or given()
    with transaction() as now:
        return actions.receive(what, now=now)


def answering(**changes: Any) -> Answering:
    """An answer with nothing of a person in it."""
    values: dict[str, Any] = {
        "outcome": Outcome.UPHELD,
        "question": "有人问：清单外的检测能不能要求？",
        "answer": "不能。清单之外无服务、无收费。",
    }
    return Answering(**(values | changes))


def answer(ref: str, actor: Any, what: Answering | None = None) -> None:
    """Answer a voice as its door does."""
    with transaction(queries.voice_lock(ref)) as now:
        actions.answer(queries.voice_of(ref), what or answering(), actor=actor, now=now)


def correct(ref: str, actor: Any, what: Answering) -> None:
    """Correct an answer as its door does."""
    with transaction(queries.voice_lock(ref)) as now:
        actions.correct(queries.voice_of(ref), what, actor=actor, now=now)


def make_ground() -> None:
    """Settings and working days."""
    make.make_edition()


__all__ = ["TEXT", "answer", "answering", "correct", "date", "given", "make_ground", "objection", "send"]
