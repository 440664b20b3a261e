"""What the two parties type about a contract: syntax only."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from market.contracts import rules
from market.web.forms import HouseForm, LineField, ProseField, at_most, needed, obeys

LONGEST_LINE = 300


class ProposeForm(HouseForm):
    """The buyer's own terms beside what the list and the quote already fix."""

    terms = ProseField(_l("Terms of your own"), [at_most(rules.LONGEST_TEXT)], render_kw={"rows": 6})


class DeliverForm(HouseForm):
    """What is delivered."""

    REFUSED: ClassVar[dict[str, str]] = {"contract.result_needed": "title"}
    title = LineField(_l("Title of the result"), [needed(), at_most(LONGEST_LINE)], render_kw={"autocomplete": "off"})
    note = ProseField(_l("Note to the buyer"), [at_most(rules.LONGEST_TEXT)], render_kw={"rows": 3})


class ReturnForm(HouseForm):
    """Why a result goes back."""

    REFUSED: ClassVar[dict[str, str]] = {"contract.reason_needed": "reason"}
    reason = ProseField(
        _l("What does not meet the contract"),
        [needed(), obeys(rules.check_reason), at_most(rules.LONGEST_TEXT)],
        render_kw={"rows": 3},
    )
