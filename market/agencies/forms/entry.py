"""What people type about agencies and their prices: syntax only."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField

from market.agencies.queries import qualifications_on
from market.agencies.rules import FIELDS_OF, AgencyKind, FilingField, ReturnReason, SuspensionGround
from market.base import clock
from market.web.forms import (
    DayField,
    HouseForm,
    LineField,
    ProseField,
    at_most,
    needed,
)
from market.web.labels import labels

MOST_LINE = 200
_SEPARATOR = "|"


class SeenForm(HouseForm):
    """A form that changes a row which the page showed in one of its versions."""

    version = HiddenField()

    def seen(self) -> int:
        """The version of the row that the page showed; 0 when it is not a number."""
        given = str(self.version.data or "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


class ProfileForm(SeenForm):
    """What an agency says about itself."""

    kind = SelectField(_l("Kind of body"), [needed()])
    legal_representative = LineField(_l("Legal representative"), [needed(), at_most(60)])
    contact_name = LineField(_l("Contact person"), [at_most(60)])
    contact_email = LineField(_l("Contact mail address"), [at_most(120)], render_kw={"inputmode": "email"})
    phone = LineField(_l("Phone for clients"), [needed(), at_most(40)], render_kw={"inputmode": "tel"})
    address = LineField(_l("Address"), [needed(), at_most(MOST_LINE)])
    introduction = ProseField(_l("Introduction"), [at_most(2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.kind.choices = [(kind.value, words[f"agency_kind.{kind}"]) for kind in AgencyKind]


class PaperForm(HouseForm):
    """A qualification paper."""

    REFUSED: ClassVar[dict[str, str]] = {
        "paper.overlaps": "number",
        "paper.interval": "valid_until",
        "paper.expired": "valid_until",
        "paper.unknown_qualification": "qualification",
        "paper.unknown_grade": "qualification",
    }
    qualification = SelectField(_l("What it is in the register"))
    name = LineField(_l("Name of the paper"), [needed(), at_most(MOST_LINE)])
    number = LineField(_l("Paper number"), [needed(), at_most(100)])
    issuer = LineField(_l("Issued by"), [needed(), at_most(MOST_LINE)])
    valid_from = DayField(_l("Valid from"), [needed()])
    valid_until = DayField(_l("Valid until"), [needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.qualification.choices = [("", _l("None of the register")), *_register()]
        if self.qualification.data is None:
            self.qualification.data = ""

    def in_register(self) -> tuple[str, str, str]:
        """Qualification, major and grade that were chosen; all "" for none."""
        name, major, grade = ((self.qualification.data or "") + _SEPARATOR * 2).split(_SEPARATOR)[:3]
        return name, major, grade


class SubmitForm(HouseForm):
    """The commitment, then the sending."""

    REFUSED: ClassVar[dict[str, str]] = {"filing.commitment_needed": "commitment"}
    commitment = BooleanField(_l("We have read the commitment letter and accept it in full"))


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


def _register() -> list[tuple[str, str]]:
    """Every qualification of the register, with each of its grades, as a choice."""
    found = []
    for one in qualifications_on(clock.today()):
        words = f"{one.name}（{one.major}）" if one.major else one.name
        for grade in ("", *one.grades):
            found.append((_SEPARATOR.join((one.name, one.major, grade)), f"{words} {grade}".strip()))
    return found
