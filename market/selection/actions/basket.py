"""Fill an enterprise's basket, and draft a request for everything in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from market.accounts.models import Organisation
from market.base import clock
from market.base.errors import BadState, BreaksRule, NotFound, Refusal
from market.base.people import Actor
from market.base.pricing import COEFFICIENT_UNIT
from market.base.words import N_, register_sentences
from market.catalogue.models import Service
from market.journal.actions import record
from market.selection.actions.merged import Left, lot_title, merge
from market.selection.actions.requests import LONGEST_TITLE, Amount, Terms, draft_request
from market.selection.models import BasketItem, Request
from market.selection.queries import shelf
from market.selection.queries.basket import BasketRow, amounts_kept, basket_of
from market.store.db import db

MOST_IN_BASKET = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done: codes put in, or references of the drafts; and what was left, with the reason.

    `merged` are the references of the merged requests that some of the drafts became lots of.
    """

    done: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


def put(codes: Iterable[str], typed: Mapping[tuple[str, int], str], *, actor: Actor, now: datetime) -> Taken:
    """Put services into the actor's basket with the quantities typed, by code and the fee item's position.

    What is there already takes the new quantities. What the actor could not request today is left out with the
    refusal of `shelf`. Refuses `basket.full`. Runs under `basket_lock`.
    """
    mine, today, taken = _organisation(actor), clock.china_date(now), Taken()
    here = {item.service_id: item for item in db.session.scalars(_items(mine))}
    for code in dict.fromkeys(codes):
        try:
            found = shelf(code, actor, today)
        except Refusal as refusal:
            taken.left.append(Left(code, refusal))
            continue
        service_id = found.entry.service_id
        amounts = amounts_kept({item: typed.get((code, item.position), "") for item in found.items})
        if service_id in here:
            here[service_id].amounts = amounts or here[service_id].amounts
        else:
            item = BasketItem(
                organisation_id=mine, service_id=service_id, amounts=amounts, added_at=now,
                added_by=actor.id,
            )  # fmt: skip
            db.session.add(item)
            here[service_id] = item
        taken.done.append(code)
    if len(here) > MOST_IN_BASKET:
        raise BreaksRule("basket.full", most=MOST_IN_BASKET)
    db.session.flush()
    if taken.done:
        record("basket.put", _obj(mine), actor=actor, payload={"services": taken.done}, now=now)
    return taken


def take_out(code: str, *, actor: Actor, now: datetime) -> None:
    """Take one service out; what is not in the actor's basket is NotFound("basket.not_in_it")."""
    mine = _organisation(actor)
    of_code = select(Service.id).where(Service.code == code).scalar_subquery()
    item = db.session.scalar(_items(mine).where(BasketItem.service_id == of_code))
    if item is None:
        raise NotFound("basket.not_in_it")
    db.session.delete(item)
    db.session.flush()
    record("basket.take_out", _obj(mine), actor=actor, payload={"service": code}, now=now)


@dataclass(frozen=True, slots=True)
class Drafting:
    """How a basket is drafted: quantities by fee item id that stand instead of the kept ones, and the method.

    `apart` are the groups whose services get a request each instead of one merged request.
    """

    typed: Mapping[int, str]
    method: str
    apart: Collection[str] = ()


def draft_all(wanted: Drafting, *, actor: Actor, now: datetime) -> Taken:
    """Draft one request for every service in the actor's basket, by one method, and take those out.

    At least two drafts of a merged group become the lots of one merged request, unless the group is to stay apart. What
    a draft refuses stays in the basket with what was typed, and the others of its group go on. Refuses
    BadState("basket.empty"): nothing is in it, or another click was faster. Runs under `basket_lock`.
    """
    mine, taken = _organisation(actor), Taken()
    rows = basket_of(mine, clock.china_date(now))
    if not rows:
        raise BadState("basket.empty")
    kept = {item.service_id: item for item in db.session.scalars(_items(mine))}
    groups: dict[str, list[Request]] = defaultdict(list)
    for row in rows:
        item = kept[row.service.id]
        if any(one.id in wanted.typed for one in row.items):
            item.amounts = amounts_kept({one: wanted.typed.get(one.id, "") for one in row.items})
        try:
            request = draft_request(row.code, _terms(row, wanted), actor=actor, now=now)
        except Refusal as refusal:
            taken.left.append(Left(row.code, row.why_not or refusal))
            continue
        taken.done.append(request.ref)
        if row.merged and row.merged not in wanted.apart:
            groups[row.merged].append(request)
        db.session.execute(delete(BasketItem).where(BasketItem.id == item.id))
    taken.merged.extend(
        merge(group, drafts, actor=actor, now=now).ref for group, drafts in groups.items() if len(drafts) > 1
    )
    if taken.done:
        payload: dict[str, Any] = {"requests": taken.done, "left": [one.code for one in taken.left]}
        payload |= {"merged": taken.merged} if taken.merged else {}
        record("basket.draft", _obj(mine), actor=actor, payload=payload, now=now)
    return taken


def _terms(row: BasketRow, wanted: Drafting) -> Terms:
    typed = {item.id: wanted.typed.get(item.id, row.typed.get(item.id, "")).strip() for item in row.items}
    amounts = {
        item.id: Amount(typed[item.id], _plain(row.coefficients[item.id])) for item in row.items if typed[item.id]
    }
    name = row.service.name_zh if row.entry is None else row.entry.name_zh
    return Terms(amounts, wanted.method, lot_title(row.merged, name) if row.merged else name[:LONGEST_TITLE])


def _plain(lawful: Iterable[int]) -> int:
    values = list(lawful)
    return COEFFICIENT_UNIT if COEFFICIENT_UNIT in values or not values else values[0]


def _items(organisation: int) -> Any:
    return select(BasketItem).where(BasketItem.organisation_id == organisation).order_by(BasketItem.id)


def _organisation(actor: Actor) -> int:
    if actor.organisation is None:
        raise NotFound("basket.not_in_it")
    return actor.organisation


def _obj(organisation: int) -> str:
    """The basket's name in the journal: that of whose it is."""
    return f"basket/{db.session.get_one(Organisation, organisation).ref}"


register_sentences(
    {
        "basket.empty": N_(
            "Nothing is in the basket; what was in it may have been drafted a moment ago. See your requests."
        ),
        "basket.full": N_("A basket holds at most {most} services. Draft what is in it first, then put in more."),
        "basket.not_in_it": N_("This service is not in your basket. Load the page again."),
        "basket.only_for_enterprises": N_(
            "Only an enterprise has a basket. An authority requests a service for its case, one by one."
        ),
        "plan.edition_not_published": N_(
            "A plan stands on a published edition of the list. Choose again from the list in force."
        ),
    }
)
