"""What people type in the steps of an application: syntax only."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from market.accounts.rules import check_email
from market.agencies.forms.desk import SeenForm
from market.agencies.queries import qualifications_on
from market.agencies.rules import (
    AgencyKind,
    Slot,
)
from market.agencies.rules.steps import check_phone, half_width
from market.base import clock
from market.web.forms import (
    DayField,
    HouseForm,
    LineField,
    ProseField,
    at_most,
    needed,
    obeys,
)
from market.web.labels import labels

MOST_LINE = 200
_SEPARATOR = "|"


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

    REFUSED: ClassVar[dict[str, str]] = {"person.interval": "valid_until", "person.expired": "valid_until"}
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
