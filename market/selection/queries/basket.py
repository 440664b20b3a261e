"""An enterprise's basket: what it means to request, against the edition in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from market.accounts.models import Organisation
from market.base.errors import BreaksRule, Gone, Refusal
from market.base.people import Role
from market.base.words import N_, register_sentences
from market.catalogue.models import Entry, FeeItem, Service
from market.catalogue.queries import coefficients_of, edition_in_force, fee_items_by_entry
from market.catalogue.rules import PriceState
from market.selection.models import BasketItem
from market.selection.rules import merged_together, payer_for
from market.store.db import db


@dataclass(frozen=True, slots=True)
class BasketRow:
    """A service in the basket; `entry` is None and `why_not` says why where it cannot be requested now.

    `items` are the fee items that can be asked for, `typed` the quantities by fee item id, `coefficients` the plain
    lawful coefficient of each in 1/10000, `merged` the group it shares with other services of this basket.
    """

    service: Service
    entry: Entry | None
    items: Sequence[FeeItem]
    typed: Mapping[int, str]
    why_not: Refusal | None
    coefficients: Mapping[int, Sequence[int]]
    merged: str = ""

    @property
    def code(self) -> str:
        """The code on the list, kept for ever."""
        return self.service.code


def basket_lock(organisation: int | None) -> Select[int]:
    """The row to lock while a basket changes: of two clicks, the second finds what the first has left."""
    return select(Organisation.id).where(Organisation.id == organisation)


def basket_of(organisation: int | None, on: date) -> list[BasketRow]:
    """The basket in the order of the list, with what the edition in force on a day says; five queries at most."""
    edition = edition_in_force(on)
    query = (
        select(BasketItem, Service, Entry)
        .join(Service, Service.id == BasketItem.service_id)
        .outerjoin(Entry, (Entry.service_id == Service.id) & (Entry.edition_id == edition.id))
        .where(BasketItem.organisation_id == organisation)
        .order_by(Service.code)
        .options(joinedload(Entry.act))
    )
    found: list[tuple[BasketItem, Service, Entry | None]] = [
        (row[0], row[1], row[2]) for row in db.session.execute(query)
    ]
    items = fee_items_by_entry(entry.id for _item, _service, entry in found if entry is not None)
    shared = merged_together({entry.code: entry.merged_group for _item, _service, entry in found if entry is not None})
    sets = coefficients_of({one.coefficient_set_id for of_entry in items.values() for one in of_entry})
    return [_row(kept, service, entry, _Around(items, sets, shared)) for kept, service, entry in found]


@dataclass(frozen=True, slots=True)
class _Around:
    items: Mapping[int, Sequence[FeeItem]]
    sets: Mapping[int, Sequence[int]]
    shared: Mapping[str, str]


def _row(kept: BasketItem, service: Service, entry: Entry | None, around: _Around) -> BasketRow:
    if entry is None:
        gone = Gone("basket.off_the_list", service=service.name_zh)
        return BasketRow(service, None, (), {}, gone, {})
    every = around.items.get(entry.id, ())
    items = [item for item in every if item.price_state != PriceState.UNPUBLISHED]
    amounts = {(one["item"], one["unit"]): one["quantity"] for one in kept.amounts}
    typed = {item.id: amounts[item.name_zh, item.unit] for item in items if (item.name_zh, item.unit) in amounts}
    lawful = {item.id: around.sets.get(item.coefficient_set_id, ()) for item in items}
    merged = around.shared.get(entry.code, "")
    return BasketRow(service, entry, items, typed, _why_not(entry, items), lawful, merged)


def _why_not(entry: Entry, items: Sequence[FeeItem]) -> Refusal | None:
    try:
        payer_for(Role.ENTERPRISE, entry.payer, entry.name_zh)
    except BreaksRule as refusal:
        return refusal
    return None if items else BreaksRule("price.not_published", item=entry.name_zh)


def amounts_kept(typed: Mapping[FeeItem, str]) -> list[dict[str, str]]:
    """What was typed for fee items as a basket keeps it; what was left empty is not kept."""
    return [
        {"item": item.name_zh, "unit": item.unit, "quantity": text.strip()[:40]}
        for item, text in typed.items()
        if text.strip()
    ]


register_sentences(
    {
        "basket.off_the_list": N_(
            "“{service}” is not on the list in force, so it cannot be requested and nobody may ask you for it. Take it"
            " out of the basket."
        )
    }
)
