"""How the difference of two editions is told: field by field, texts word by word, prices as tables side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from market.base.pricing import PricedItem
from market.catalogue import beside as aside
from market.catalogue.beside import Beside, Tongue
from market.catalogue.comparing import LISTS, Piece, line_difference, told, word_difference
from market.catalogue.listing import line_of
from market.catalogue.queries.difference import BESIDE, Difference, Moved, PriceFacts, Said, differing, said_by
from market.pages.brackets import RuleTable, rule_table
from market.pages.cards import in_words
from market.web.labels import labels

_TEXTS = frozenset(
    {*LISTS, "legal_basis", "service_content", "output", "qualification", "price_basis", "price_rule", "remarks"}
    | {"merged_group", "mark_handling", "filing"}
)


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field in which two editions differ: `pieces` for a text, `before` and `after` for a value."""

    label: str
    before: str = ""
    after: str = ""
    pieces: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class RuleShown:
    """The price of a fee item: its table, or in words where agencies mark it or nothing is published."""

    name: str
    words: str
    table: RuleTable | None


@dataclass(frozen=True, slots=True)
class MovedShown:
    """A service that moved, ready for the page."""

    kind: str
    code: str
    name: str
    decision: str
    act: str
    authority: str
    fields: Sequence[FieldShown]
    rules_before: Sequence[RuleShown]
    rules_after: Sequence[RuleShown]


@dataclass(frozen=True, slots=True)
class BesideShown:
    """A bundle, an act, a question or the rules of a service that differ, ready for the page."""

    kind: str
    thing: str
    code: str
    name: str
    fields: Sequence[FieldShown]


Row = Moved | Beside
RowShown = MovedShown | BesideShown


def rows_shown(found: Difference, kind: str) -> Sequence[Row]:
    """What a difference shows of one kind (of `COUNTED`), or with none of it everything, services first."""
    if kind == BESIDE:
        return found.beside
    return found.of_kind(kind) if kind else [*found.moved, *found.beside]


def shown(rows: Sequence[Row]) -> list[RowShown]:
    """What differs, with its fields and prices, in the same order. Three queries for all."""
    ends = {end for row in rows if isinstance(row, Moved) for end in (row.before, row.after)}
    said = said_by({end for end in ends if end is not None})
    return [_shown(one, said) if isinstance(one, Moved) else beside_shown(one) for one in rows]


def beside_shown(one: Beside) -> BesideShown:
    """A thing beside the entries with the fields in which it differs, word by word, in the reader's language."""
    words = labels()
    found = aside.differing(one, Tongue(words, in_words))
    fields = [_beside_field(words[f"besides.{name}"], name, *texts) for name, texts in found.items()]
    # An act is known by its name; its number is the database's.
    code = "" if one.thing == aside.ACT else one.key
    return BesideShown(one.kind, one.thing, code, in_words(one.name_zh, one.name_en), fields)


def _beside_field(label: str, name: str, before: str, after: str) -> FieldShown:
    if name in aside.LINES:
        pieces = line_difference(before, after)
        # Orders have no order of their own: only those that come or go are told.
        return FieldShown(label, pieces=[one for one in pieces if name != "orders" or one.kind != "same"])
    if name in aside.VALUES:
        return FieldShown(label, before or "—", after or "—")
    return FieldShown(label, pieces=word_difference(before, after))


def _shown(moved: Moved, said: Mapping[int, Said]) -> MovedShown:
    before = said.get(moved.before) if moved.before is not None else None
    after = said.get(moved.after) if moved.after is not None else None
    names = differing(before, after) if before and after else []
    priced = "price" in names or "pricing" in names
    rules = _differing_rules(before, after) if before and after else (_rules_of(before), _rules_of(after))
    only = after or before if not (before and after) else None
    return MovedShown(
        kind=moved.kind,
        code=moved.code,
        name=in_words(moved.name_zh, moved.name_en),
        decision=moved.decision,
        act=in_words(only.act.name_zh, only.act.name_en) if only else "",
        authority=in_words(only.act.authority_zh, only.act.authority_en) if only else "",
        fields=[field_shown(name, before, after) for name in names if name != "price"] if before and after else [],
        rules_before=rules[0] if priced or only else (),
        rules_after=rules[1] if priced or only else (),
    )


def _rules_of(said: Said | None) -> list[RuleShown]:
    return rules_shown(said.prices) if said else []


def _differing_rules(before: Said, after: Said) -> tuple[list[RuleShown], list[RuleShown]]:
    """The rules of two sayings without the fee items that both have alike."""
    old, new = _rules_of(before), _rules_of(after)
    return [one for one in old if one not in new], [one for one in new if one not in old]


def field_shown(name: str, before: Said, after: Said) -> FieldShown:
    """One differing field in the reader's language."""
    label = labels()[f"field.{name}"]
    if name == "schedules":
        return FieldShown(label, _("as published before"), _("with other text or figures"))
    old, new = before.value(name), after.value(name)
    if name in _TEXTS:
        return FieldShown(label, pieces=word_difference(old or "", new or ""))
    return FieldShown(label, value_shown(name, old), value_shown(name, new))


def value_shown(name: str, value: Any) -> str:
    """A field's value in the reader's language; a dash where there is none."""
    text = told(name, value)
    return labels().get(text, text) or "—"


def rules_shown(prices: Sequence[PriceFacts]) -> list[RuleShown]:
    """The price rules of an entry as its edition has them."""
    return [_rule_shown(one) for one in prices]


def _rule_shown(price: PriceFacts) -> RuleShown:
    item, words = price.item, labels()
    name = in_words(item.name_zh, item.name_en)
    if not price.bands or item.price_state == "free":
        return RuleShown(name, words[f"price_state.{item.price_state}"], None)
    known = PricedItem(
        name=item.name_zh, base_name=item.base_name, unit=item.unit, steps_per_unit=item.steps_per_unit,
        bands=tuple(line_of(band) for band in price.bands), method=item.method,
    )  # fmt: skip
    return RuleShown(name, "", rule_table(known))
