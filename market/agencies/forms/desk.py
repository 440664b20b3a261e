"""What the desks type: a decision on the version that was seen, a suspension."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField

from market.agencies.rules import (
    FIELDS_OF,
    FilingField,
    ReturnReason,
    SuspensionGround,
)
from market.web.forms import (
    DayField,
    HouseForm,
    LineField,
    at_most,
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
    """The desk returns an application, for reasons of the closed list, each at the field it is about."""

    REFUSED: ClassVar[dict[str, str]] = {"filing.reason_needed": "reasons"}
    reasons = SelectMultipleField(_l("Reasons for the return"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairs = [(reason, field) for field in FilingField for reason in ReturnReason if field in FIELDS_OF[reason]]
        words = labels()
        self.reasons.choices = [(f"{reason}:{field}", words[f"return_reason.{reason}"]) for reason, field in pairs]

    def ticks(self) -> dict[str, list[tuple[str, str, bool]]]:
        """What can be ticked at each field: the value, its words, whether it was ticked."""
        found: dict[str, list[tuple[str, str, bool]]] = {field: [] for field in FilingField}
        for value, words, *_rest in self.reasons.iter_choices():
            found[value.partition(":")[2]].append((value, words, value in (self.reasons.data or ())))
        return found

    def named(self) -> list[tuple[str, str]]:
        """What was ticked: reasons and their fields."""
        return [(reason, field) for reason, _colon, field in (one.partition(":") for one in self.reasons.data or ())]


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
