"""What is typed about fees: amounts line by line, and the payment. Syntax only."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from market.contracts.queries import PricedLine
from market.fees.rules import LONGEST_REFERENCE, Declared
from market.web import locale
from market.web.forms import HouseForm, LineField, MoneyField, at_most, needed


class IssueForm(HouseForm):
    """One amount for each line of the contract; `issue_form` makes the fields."""

    def amounts(self) -> dict[int, int]:
        """The fen typed, by contract line id."""
        return {
            int(name.removeprefix("amount_")): field.data
            for name, field in self._fields.items()
            if name.startswith("amount_") and field.data is not None
        }


def issue_form(lines: Sequence[PricedLine]) -> IssueForm:
    """The form with a field for each line, filled with what the contract agreed."""
    fields = {f"amount_{line.id}": MoneyField(_name(line), [needed()]) for line in lines}
    agreed = {f"amount_{line.id}": line.row.amount_fen for line in lines}
    made: Any = type("IssueFormOfContract", (IssueForm,), fields)
    form: IssueForm = made(data=agreed)
    return form


def _name(line: PricedLine) -> str:
    english = locale.current() == "en" and line.item.name_en
    return line.item.name_en if english else line.item.name_zh


class DeclareForm(HouseForm):
    """The payment that was made: its reference, and the sum typed once more."""

    REFUSED: ClassVar[dict[str, str]] = {
        "payment.reference_needed": "reference",
        "payment.other_sum": "amount",
    }
    reference = LineField(
        _l("Reference of the payment"),
        [needed(), at_most(LONGEST_REFERENCE)],
        render_kw={"autocomplete": "off"},
    )
    amount = MoneyField(_l("Amount paid"), [needed()])

    def declared(self) -> Declared:
        """What was typed."""
        amount: Any = self.amount.data
        return Declared(self.reference.data or "", amount or 0)
