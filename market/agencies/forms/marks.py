"""What an agency types to mark a price: one card of fields for each fee item, and the terms it holds on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField
from wtforms.validators import StopValidation

from market.agencies.rules import (
    MOST_STEPS,
    ByBand,
    Counting,
    Fixed,
    Mark,
    PauseReason,
    Percent,
    PerUnit,
    Schedule,
    Step,
    plain_figure,
)
from market.base import clock
from market.base.errors import BreaksRule
from market.base.pricing import Band, parse_quantity
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState
from market.web.forms import DayField, DecimalTextField, HouseForm, MoneyField, WholeField, between, needed
from market.web.labels import labels, said

MARKET_KINDS = ("base_unit", "fixed", "per_unit", "schedule", "percent")
_PLACES_OF_ROWS = frozenset(map(str, range(MOST_STEPS)))
_PARTS = ("take", "kind", "base", "unit", "percent", "counting", "rows", "quantity")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules leave open for the fee items of an entry.

    `references` are the items with a reference standard, `only` the one lawful share in thousandths of items whose rule
    leaves no room, `listed` the list's own lines, `regions` the choices of a region.
    """

    items: Sequence[FeeItem]
    references: Mapping[int, object]
    only: Mapping[int, int]
    listed: Mapping[int, Sequence[Band]]
    regions: Sequence[tuple[str, str]]


class KindSelectField(SelectField):
    """Which kind of mark counts; a page that has no such field leaves it to what is filled in."""

    def __init__(self, label: Any = None, validators: Any = None, *, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, default=kinds[0], **kwargs)
        self.kinds = kinds

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was chosen."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        """Refuse a kind that is none."""
        if self.raw_data:
            super().pre_validate(form)


class StepForm(Form):
    """One row of an own schedule. An upper end left empty is open."""

    up_to = DecimalTextField(_l("Up to"))
    base = MoneyField(_l("Basic amount"))
    unit = MoneyField(_l("Amount for each unit"))


class PauseForm(HouseForm):
    """Why no orders are taken for a while."""

    reason = SelectField(_l("Reason"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.reason.choices = [(reason.value, words[f"pause_reason.{reason}"]) for reason in PauseReason]


class MarkForm(HouseForm):
    """Marked prices of one entry; `mark_form` adds the fields of its fee items, named `<what>_<fee item id>`."""

    promised_days = WholeField(_l("Working days you promise"), [needed(), between(1, 730)])
    region = SelectField(_l("Where the price holds"), validate_choice=False)
    effective_from = DayField(_l("Holds from"))
    capacity = WholeField(_l("Jobs at once"))
    seen = HiddenField()
    rule: Seen = Seen((), {}, {}, {}, ())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = list(self.rule.regions)
        words = labels()
        for name, field in self._fields.items():
            if isinstance(field, SelectField):
                # One of the choices always stands; the word "optional" would mislead.
                field.flags.required = True
            if name.startswith("counting_"):
                field.choices = [(one.value, words[f"counting.{one}"]) for one in Counting]
            elif isinstance(field, KindSelectField):
                field.choices = [(one, words[f"mark_kind.{one}"]) for one in field.kinds]

    def prices(self) -> dict[int, Mark]:
        """The marks that were typed, by fee item; fee items left empty are not offered.

        Refuses what cannot be read of a schedule's quantities.
        """
        found = {item.id: self._mark(item) for item in self.rule.items}
        return {item_id: mark for item_id, mark in found.items() if mark is not None}

    def begins(self) -> datetime | None:
        """The first moment of the day typed, in China; None for at once, which today is too."""
        day: date | None = self.effective_from.data
        if day is None or day == clock.today():
            return None
        return clock.end_of_day(day - timedelta(days=1))

    def seen_version(self) -> int | None:
        """The version that the page was made from, in the region now chosen; None when the page did not say."""
        region, _, version = str(self.seen.data or "").rpartition(":")
        if not version.isascii() or not version.isdecimal() or len(version) > 9:
            return None
        return int(version) if region == self.region_code() else 0

    def region_code(self) -> str:
        """The region chosen; empty for the whole area."""
        return str(self.region.data or "")[:6]

    def change_rows(self, act: str) -> None:
        """Add a row to a schedule or take one away: `add-<item>`, `remove-<item>-<place>`."""
        what, _, place = act.partition("-")
        item, _, number = place.partition("-")
        rows = self._fields.get(f"rows_{item}")
        if rows is None:
            return
        if what == "add" and len(rows.entries) < MOST_STEPS:
            rows.append_entry()
        elif (
            what == "remove" and len(rows.entries) > 1 and number in _PLACES_OF_ROWS and int(number) < len(rows.entries)
        ):
            rows.entries.pop(int(number))

    def part(self, what: str, item_id: int) -> Any:
        """The field of a fee item, or None when it has none of the kind."""
        return self._fields.get(f"{what}_{item_id}")

    def parts(self, item_id: int) -> dict[str, Any]:
        """Every field of a fee item by what it is, with `shares`: the percentages by band."""
        found = {what: self.part(what, item_id) for what in _PARTS}
        shares = [self.part(f"share{number}", item_id) for number in range(len(self.rule.listed.get(item_id, ())))]
        return found | {"shares": [one for one in shares if one is not None]}

    def value(self, what: str, item_id: int) -> Any:
        """What was typed into the field of a fee item, read; None when empty or when there is no such field."""
        field = self.part(what, item_id)
        return field.data if field is not None else None

    def _mark(self, item: FeeItem) -> Mark | None:
        if self.value("take", item.id):
            return Percent(self.rule.only[item.id])
        kind = self.value("kind", item.id) or ""
        percent = self.value("percent", item.id)
        if kind in ("", "percent") and percent is not None:
            return Percent(int(percent * 10))
        if kind == "schedule":
            return self._schedule(item)
        if kind == "by_band":
            return self._by_band(item)
        base = self.value("base", item.id) if kind in ("", "fixed", "base_unit", "amount") else None
        unit = self.value("unit", item.id) if kind in ("", "per_unit", "base_unit", "amount") else None
        if unit is not None:
            return PerUnit(unit, base or 0)
        return Fixed(base) if base is not None else None

    def _schedule(self, item: FeeItem) -> Schedule | None:
        typed = [row.form for row in self.part("rows", item.id)]
        rows = [
            Step(
                None if row.up_to.data is None else parse_quantity(row.up_to.data, item.steps_per_unit),
                row.base.data or 0,
                row.unit.data or 0,
            )
            for row in typed
            if (row.up_to.data, row.base.data, row.unit.data) != (None, None, None)
        ]
        if any(row.base.data is None and row.unit.data is None and row.up_to.data is not None for row in typed):
            raise BreaksRule("offer.row_without_price")
        counting = Counting.PART if self.value("counting", item.id) == Counting.PART else Counting.WHOLE
        return Schedule(tuple(rows), counting) if rows else None

    def _by_band(self, item: FeeItem) -> ByBand | None:
        typed = [field.data for field in self.parts(item.id)["shares"]]
        if all(one is None for one in typed):
            return None
        return ByBand(tuple(int(one * 10) for one in typed if one is not None))


def mark_form(rule: Seen) -> type[MarkForm]:
    """The form of an entry's fee items: amounts where the market prices, a percentage where a standard exists."""
    fields: dict[str, Any] = {"rule": rule, "REFUSED": _refused(rule)}
    for item in rule.items:
        if item.price_state == PriceState.UNPUBLISHED:
            continue
        if item.price_state == PriceState.LISTED and item.id in rule.only:
            fields[f"take_{item.id}"] = BooleanField(_l("We offer it at the price on the list"))
        elif item.price_state == PriceState.LISTED:
            fields |= _listed_fields(item, rule.listed.get(item.id, ()))
        else:
            fields |= _market_fields(
                item, [one for one in MARKET_KINDS if one != "percent" or item.id in rule.references]
            )
        fields[f"quantity_{item.id}"] = DecimalTextField(_l("Quantity of the example"), [_countable(item)])
    return type("MarkFormHere", (MarkForm,), fields)


def _listed_fields(item: FeeItem, lines: Sequence[Band]) -> dict[str, Any]:
    kinds = ["percent"]
    fields: dict[str, Any] = {f"percent_{item.id}": _percent(_l("Percentage of the listed standard"))}
    if len(lines) > 1:
        kinds.append("by_band")
        for number in range(len(lines)):
            fields[f"share{number}_{item.id}"] = _percent(_l("Percentage for row %(row)s", row=number + 1))
    elif lines and plain_figure(lines[0], item.steps_per_unit) is not None:
        kinds.append("amount")
        what, label = ("unit", _l("Amount for each unit")) if lines[0].slope_num else ("base", _l("Amount"))
        fields[f"{what}_{item.id}"] = MoneyField(label)
    return _kind(item, kinds) | fields if len(kinds) > 1 else fields


def _market_fields(item: FeeItem, kinds: Sequence[str]) -> dict[str, Any]:
    fields = _kind(item, kinds)
    fields[f"base_{item.id}"] = MoneyField(_l("Basic amount"))
    fields[f"unit_{item.id}"] = MoneyField(_l("Amount for each unit"))
    fields[f"counting_{item.id}"] = SelectField(
        _l("What the rates are for"), validate_choice=False, default=Counting.WHOLE.value
    )
    fields[f"rows_{item.id}"] = FieldList(FormField(StepForm), min_entries=1, max_entries=MOST_STEPS)
    if "percent" in kinds:
        fields[f"percent_{item.id}"] = _percent(_l("Percentage of the reference standard"), _alone)
    return fields


def _kind(item: FeeItem, kinds: Sequence[str]) -> dict[str, Any]:
    return {
        f"kind_{item.id}": KindSelectField(_l("Kind of mark"), kinds=kinds, render_kw={"data-kind-of": str(item.id)})
    }


def _countable(item: FeeItem) -> Callable[[MarkForm, DecimalTextField], None]:
    """A validator: the quantity of the example is one that the register can hold."""

    def check(_form: MarkForm, field: DecimalTextField) -> None:
        given: Any = field.data
        if given is None:
            return
        try:
            parse_quantity(given, item.steps_per_unit)
        except BreaksRule as refusal:
            raise StopValidation(said(refusal)) from refusal

    return check


def _percent(label: Any, *more: Any) -> DecimalTextField:
    return DecimalTextField(label, [_tenths, *more], render_kw={"inputmode": "decimal", "autocomplete": "off"})


def _tenths(_form: MarkForm, field: DecimalTextField) -> None:
    given: Any = field.data
    if given is not None and not (Decimal(0) <= given <= 1000 and given * 10 == int(given * 10)):
        raise StopValidation(_l("Write a percentage from 0 to 1000 with at most one decimal, for example 95 or 97.5."))


def _alone(form: MarkForm, field: DecimalTextField) -> None:
    item_id = field.short_name.partition("_")[2]
    # A page that names the kind of mark has only the fields of that kind counted.
    if form.value("kind", int(item_id)) or field.data is None:
        return
    if any(form[f"{what}_{item_id}"].data is not None for what in ("base", "unit")):
        raise StopValidation(_l("Give either amounts or a percentage, not both."))


def _refused(rule: Seen) -> dict[str, str]:
    beside = {
        "offer.days_beyond_limit": "promised_days",
        "offer.days_beyond_default": "promised_days",
        "offer.days_range": "promised_days",
        "offer.capacity_range": "capacity",
        "offer.begins_in_the_past": "effective_from",
        "offer.begins_too_late": "effective_from",
        "offer.region_unknown": "region",
        "offer.region_outside": "region",
    }
    guided = [item for item in rule.items if item.price_state == PriceState.LISTED and item.id not in rule.only]
    if len(rule.items) == len(guided) == 1:
        (item,) = guided
        beside |= dict.fromkeys(("offer.percent_range", "offer.percent_too_fine"), f"percent_{item.id}")
        lines = rule.listed.get(item.id, ())
        if len(lines) == 1 and plain_figure(lines[0], item.steps_per_unit) is not None:
            beside["offer.amount_outside"] = f"{'unit' if lines[0].slope_num else 'base'}_{item.id}"
    return beside
