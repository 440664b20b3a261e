"""What people type about agencies and their prices: syntax only."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from market.agencies.rules import Fixed, Mark, Percent, PerUnit, ReturnReason, SuspensionGround
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState
from market.web.forms import (
    DayField,
    DecimalTextField,
    HouseForm,
    LineField,
    MoneyField,
    WholeField,
    at_most,
    between,
    needed,
)
from market.web.labels import labels


class SeenForm(HouseForm):
    """A form that changes a row which the page showed in one of its versions."""

    version = HiddenField()

    def seen(self) -> int:
        """The version of the row that the page showed; 0 when it is not a number."""
        given = str(self.version.data or "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


class DecideForm(SeenForm):
    """The desk passes the application that it saw."""


class ReturnForm(DecideForm):
    """The desk returns an application, for reasons of the closed list."""

    REFUSED: ClassVar[dict[str, str]] = {"filing.reason_needed": "reasons"}
    reasons = SelectMultipleField(
        _l("Reasons for the return"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.reasons.choices = [(reason.value, words[f"return_reason.{reason}"]) for reason in ReturnReason]
        # At least one is needed (the action says so); none of the ticks is, so the validator's flag stands here alone.
        self.reasons.flags.required = True


class SuspendForm(HouseForm):
    """A proposal to suspend an agency, on a ground of the closed list and until a day."""

    REFUSED: ClassVar[dict[str, str]] = {
        "agency.not_found": "agency",
        "agency.not_admitted": "agency",
        "agency.suspension_open": "agency",
        "agency.suspension_ends": "last_day",
    }
    agency = LineField(_l("Agency reference"), [needed(), at_most(20)])
    ground = SelectField(_l("Ground"), [needed()])
    last_day = DayField(_l("Last day of the suspension"), [needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.ground.choices = [(ground.value, words[f"suspension_ground.{ground}"]) for ground in SuspensionGround]


class MarkForm(HouseForm):
    """Marked prices of one entry; `mark_form` adds the fields of its fee items, named `<what>_<fee item id>`."""

    promised_days = WholeField(_l("Working days you promise"), [needed(), between(1, 730)])
    items: ClassVar[Sequence[FeeItem]] = ()
    only: ClassVar[Mapping[int, int]] = {}

    def prices(self) -> dict[int, Mark]:
        """The marks that were typed, by fee item; fee items left empty are not offered."""
        found = {item.id: self._mark(item) for item in self.items}
        return {item_id: mark for item_id, mark in found.items() if mark is not None}

    def part(self, what: str, item_id: int) -> Any:
        """The field of a fee item, or None when it has none of the kind."""
        return self._fields.get(f"{what}_{item_id}")

    def value(self, what: str, item_id: int) -> Any:
        """What was typed into the field of a fee item, read; None when empty or when there is no such field."""
        field = self.part(what, item_id)
        return field.data if field is not None else None

    def _mark(self, item: FeeItem) -> Mark | None:
        if self.value("take", item.id):
            return Percent(self.only[item.id])
        percent = self.value("percent", item.id)
        if percent is not None:
            return Percent(int(percent * 10))
        base, unit = self.value("base", item.id), self.value("unit", item.id)
        if unit is not None:
            return PerUnit(unit, base or 0)
        return Fixed(base) if base is not None else None


def mark_form(items: Sequence[FeeItem], references: Mapping[int, object], only: Mapping[int, int]) -> type[MarkForm]:
    """The form of an entry's fee items: amounts where the market prices, a percentage where a standard exists.

    `only` names the one lawful share, in thousandths, of fee items whose rule leaves no room; a tick takes it.
    """
    fields: dict[str, Any] = {"items": items, "only": only, "REFUSED": _refused(items, only)}
    for item in items:
        if item.price_state == PriceState.UNPUBLISHED:
            continue
        if item.price_state == PriceState.LISTED and item.id in only:
            fields[f"take_{item.id}"] = BooleanField(_l("We offer it at the price on the list"))
        elif item.price_state == PriceState.LISTED:
            fields[f"percent_{item.id}"] = _percent(_l("Percentage of the listed standard"))
        else:
            fields[f"base_{item.id}"] = MoneyField(_l("Basic amount"))
            fields[f"unit_{item.id}"] = MoneyField(_l("Amount for each unit"))
            if item.id in references:
                fields[f"percent_{item.id}"] = _percent(_l("Or: percentage of the reference standard"), _alone)
        fields[f"quantity_{item.id}"] = DecimalTextField(_l("Quantity of the example"))
    return type("MarkFormHere", (MarkForm,), fields)


def _percent(label: Any, *more: Any) -> DecimalTextField:
    return DecimalTextField(label, [_tenths, *more], render_kw={"inputmode": "decimal", "autocomplete": "off"})


def _tenths(_form: MarkForm, field: DecimalTextField) -> None:
    given: Any = field.data
    if given is not None and not (Decimal(0) <= given <= 1000 and given * 10 == int(given * 10)):
        raise StopValidation(_l("Write a percentage from 0 to 1000 with at most one decimal, for example 95 or 97.5."))


def _alone(form: MarkForm, field: DecimalTextField) -> None:
    item_id = field.short_name.partition("_")[2]
    if field.data is not None and any(form[f"{what}_{item_id}"].data is not None for what in ("base", "unit")):
        raise StopValidation(_l("Give either amounts or a percentage, not both."))


def _refused(items: Sequence[FeeItem], only: Mapping[int, int]) -> dict[str, str]:
    beside = {"offer.days_beyond_limit": "promised_days", "offer.days_range": "promised_days"}
    guided = [item for item in items if item.price_state == PriceState.LISTED and item.id not in only]
    if len(items) == len(guided) == 1:
        beside |= dict.fromkeys(("offer.percent_range", "offer.percent_too_fine"), f"percent_{items[0].id}")
    return beside
