"""What people type about an agency and its registration: syntax only."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from market.agencies.rules import AgencyKind, ReturnReason
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


class ProfileForm(HouseForm):
    """What an agency says about itself."""

    kind = SelectField(_l("Kind of body"), [needed()])
    legal_representative = LineField(_l("Legal representative"), [needed(), at_most(60)])
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
        "paper.number_taken": "number",
        "paper.interval": "valid_until",
        "paper.expired": "valid_until",
    }
    name = LineField(_l("Name of the paper"), [needed(), at_most(MOST_LINE)])
    number = LineField(_l("Paper number"), [needed(), at_most(100)])
    issuer = LineField(_l("Issued by"), [needed(), at_most(MOST_LINE)])
    valid_from = DayField(_l("Valid from"), [needed()])
    valid_until = DayField(_l("Valid until"), [needed()])


class SubmitForm(HouseForm):
    """The commitment, then the sending."""

    REFUSED: ClassVar[dict[str, str]] = {"agency.commitment_needed": "commitment"}
    commitment = BooleanField(_l("We have read the commitment letter and accept it in full"))


class DecideForm(HouseForm):
    """The desk passes the application that it saw."""

    version = HiddenField()

    def seen(self) -> int:
        """The version of the row that the page showed; 0 when it is not a number."""
        given = str(self.version.data or "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


class ReturnForm(DecideForm):
    """The desk returns an application, for reasons of the closed list."""

    REFUSED: ClassVar[dict[str, str]] = {"agency.reason_needed": "reasons"}
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
