"""What people type about agencies and their prices: syntax only."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from market.accounts.rules import check_email
from market.agencies.queries import qualifications_on
from market.agencies.rules import AgencyKind, Fixed, Mark, Percent, PerUnit, ReturnReason, Slot, SuspensionGround
from market.agencies.rules.steps import check_phone, half_width
from market.base import clock
from market.catalogue.models import FeeItem
from market.catalogue.rules import PriceState
from market.web.forms import (
    DayField,
    DecimalTextField,
    HouseForm,
    LineField,
    MoneyField,
    ProseField,
    WholeField,
    at_most,
    between,
    needed,
    obeys,
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


def mark_of_stored(stored: Mapping[str, str]) -> str:
    """A short mark of what is stored: a form that carries another one was opened before a change."""
    return hashlib.sha256(json.dumps(dict(stored), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


class NumberField(LineField):
    """A number, code or telephone of some signs: full-width signs count as half-width ones."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        super().process_formdata(valuelist)
        if valuelist:
            self.data = half_width(self.data or "")


class StepForm(HouseForm):
    """A page that says some columns anew; `version` marks what was stored when the page was opened."""

    version = HiddenField()
    COLUMNS: ClassVar[tuple[str, ...]] = ()

    def typed(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: self[name].data or "" for name in self.COLUMNS}

    def show(self, stored: Mapping[str, str]) -> None:
        """Fill the page with what is stored."""
        for name in self.COLUMNS:
            self[name].data = stored[name]
        self.version.data = mark_of_stored(stored)

    def differing(self, stored: Mapping[str, str]) -> list[str]:
        """The columns that somebody saved since the page was opened, and that are not what was typed here."""
        if self.version.data == mark_of_stored(stored):
            return []
        return [name for name, value in self.typed().items() if value != stored[name]]


class KindForm(StepForm):
    """Name and kind of body."""

    REFUSED: ClassVar[dict[str, str]] = {"filing.kind_stays": "kind", "organisation.name_needed": "name"}
    COLUMNS = ("name", "kind")
    name = LineField(_l("Full name, as on the licence"), [needed(), at_most(MOST_LINE)])
    kind = RadioField(_l("Kind of body"), [needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.kind.choices = [(kind.value, words[f"agency_kind.{kind}"]) for kind in AgencyKind]


class ProfileForm(StepForm):
    """Who answers for the agency, and how it is reached."""

    COLUMNS = ("legal_representative", "contact_name", "contact_email", "phone", "address", "introduction")
    legal_representative = LineField(_l("Legal representative"), [needed(), at_most(60)])
    contact_name = LineField(_l("Contact person"), [at_most(60)])
    contact_email = NumberField(
        _l("Contact mail address"), [at_most(120), obeys(check_email)], render_kw={"inputmode": "email"}
    )
    phone = NumberField(
        _l("Phone for clients"), [needed(), at_most(40), obeys(check_phone)], render_kw={"inputmode": "tel"}
    )
    address = LineField(_l("Address"), [needed(), at_most(MOST_LINE)])
    introduction = ProseField(_l("Introduction"), [at_most(2000)])


class ServicesForm(HouseForm):
    """The ticks of the services that the page showed; the rest of the choice stays as it is."""

    REFUSED: ClassVar[dict[str, str]] = {"filing.unknown_service": "shown"}
    shown = HiddenField(_l("Services applied for"))
    version = HiddenField()


class PaperForm(HouseForm):
    """A qualification paper."""

    REFUSED: ClassVar[dict[str, str]] = {
        "paper.overlaps": "number",
        "paper.interval": "valid_until",
        "paper.expired": "valid_until",
        "paper.unknown_qualification": "qualification",
        "paper.unknown_grade": "grade",
    }
    qualification = SelectField(_l("Qualification and major in the register"))
    grade = SelectField(_l("Grade"))
    name = LineField(_l("Name of the paper"), [needed(), at_most(MOST_LINE)])
    number = NumberField(_l("Paper number"), [needed(), at_most(100)])
    issuer = LineField(_l("Issued by"), [needed(), at_most(MOST_LINE)])
    valid_from = DayField(_l("Valid from"), [needed()])
    valid_until = DayField(_l("Valid until"), [needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        register = qualifications_on(clock.today())
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in register:
            words = f"{one.name}（{one.major}）" if one.major else one.name
            groups.setdefault(one.name, []).append((one.name + _SEPARATOR + one.major, words))
        self.qualification.choices = {str(_l("Not in the register")): [("", _l("None of the register"))], **groups}
        grades = dict.fromkeys(grade for one in register for grade in one.grades)
        self.grade.choices = [("", _l("No grade")), *((grade, grade) for grade in grades)]
        for field in (self.qualification, self.grade):
            if field.data is None:
                field.data = ""

    def in_register(self) -> tuple[str, str, str]:
        """Qualification, major and grade that were chosen; all "" for none."""
        name, _separator, major = (self.qualification.data or "").partition(_SEPARATOR)
        return name, major, self.grade.data or ""


class PractitionerForm(HouseForm):
    """Somebody with a certificate."""

    REFUSED: ClassVar[dict[str, str]] = {
        "practitioner.interval": "valid_until",
        "practitioner.expired": "valid_until",
        "practitioner": "certificate_number",
        "uq_practitioner_one_agency": "certificate_number",
    }
    name = LineField(_l("Name of the practitioner"), [needed(), at_most(60)])
    certificate_kind = LineField(_l("Kind of certificate"), [needed(), at_most(MOST_LINE)])
    certificate_number = NumberField(_l("Certificate number"), [needed(), at_most(100)])
    valid_from = DayField(_l("Valid from"), [needed()])
    valid_until = DayField(_l("Valid until"), [needed()])


class PersonForm(HouseForm):
    """Somebody who may act for the agency before the desk."""

    REFUSED: ClassVar[dict[str, str]] = {"person.interval": "valid_until"}
    name = LineField(_l("Name of the person"), [needed(), at_most(60)])
    phone = NumberField(_l("Phone of the person"), [needed(), at_most(40), obeys(check_phone)])
    valid_from = DayField(_l("Authority from"), [needed()])
    valid_until = DayField(_l("Authority until"), [needed()])


class AttachmentForm(HouseForm):
    """A file and what it is a copy of."""

    REFUSED: ClassVar[dict[str, str]] = {"attachment": "file"}
    slot = SelectField(_l("What it is a copy of"), [needed()])
    file = FileField(_l("File"), [FileRequired(_l("Choose the file."))], render_kw={"accept": ".pdf,.png,.jpg,.jpeg"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = labels()
        self.slot.choices = [(slot.value, words[f"slot.{slot}"]) for slot in Slot]

    def given(self) -> tuple[str, bytes]:
        """Name and content of the file."""
        file = cast(Any, self.file.data)
        name, content = str(file.filename), file.read()
        file.close()
        return name, content


class LetterForm(HouseForm):
    """The commitment."""

    commitment = BooleanField(_l("We have read the commitment letter and accept it in full"), [needed()])


class SubmitForm(SeenForm):
    """The application as the last page showed it."""


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
