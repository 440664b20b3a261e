"""Forms keep what was typed and say what is wrong beside the field."""

from decimal import Decimal
from typing import ClassVar

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from market.base.errors import BadState, BreaksRule, NotFound
from market.web.forms import (
    DayField,
    DecimalTextField,
    HouseForm,
    LineField,
    MoneyField,
    ProseField,
    WholeField,
    between,
    needed,
)

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


class PriceForm(HouseForm):
    """A form with one field of each kind."""

    REFUSED: ClassVar[dict[str, str]] = {"offer.days_range": "days", "uscc": "name"}

    class Meta:
        """No token: the form stands alone."""

        csrf = False

    name = LineField("Name", [needed()])
    price = MoneyField("Price")
    amount = DecimalTextField("Amount")
    days = WholeField("Days", [between(1, 9)])
    since = DayField("Since")
    note = ProseField("Note")


def sent(**typed: str) -> PriceForm:
    return PriceForm(MultiDict(typed))


def test_values_are_read_as_the_trade_means_them(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        form = sent(
            name=" 甲\x00厂\t", price="5.2万元", amount="６０００.5", days="９", since="2026-03-05", note="a\r\nb\x00"
        )
        assert form.validate()
        assert form.name.data == "甲厂"
        assert form.price.data == 5_200_000
        assert form.amount.data == Decimal("6000.5")
        assert form.days.data == 9
        assert form.since.data.isoformat() == "2026-03-05"
        assert form.note.data == "a\nb"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("price", "a lot"), ("price", "1.001"), ("price", "-5"), ("amount", "1e5"), ("amount", "NaN"), ("days", "1.5"),
        ("days", "9" * 30), ("days", "--1"), ("since", "05.03.2026"), ("since", "2026-02-30"), ("name", "   "),
        ("since", "0001-01-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_the_field_and_stays_typed(app: Flask, field: str, typed: str) -> None:
    with app.test_request_context("/?lang=en"):
        form = sent(**{"name": "x", field: typed})
        assert not form.validate()
        assert len(form[field].errors) == 1 and "literal" not in form[field].errors[0]
        if field != "name":
            assert typed in str(form[field]())


def test_an_actions_refusal_lands_on_its_field_with_its_status(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        form = sent(name="x", days="5")
        assert form.validate()
        form.refuse(BreaksRule("offer.days_range"))
        form.refuse(BreaksRule("uscc.length", length=3))
        assert form.days.errors == ["Promise between 1 and 730 working days."]
        assert "this one has 3" in form.name.errors[0]
        assert form.refused_status == 422


def test_a_refusal_without_a_field_stands_above_the_form(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        form = sent(name="x")
        form.validate()
        form.refuse(BadState("changed.meanwhile"))
        assert form.errors
        assert form.form_errors == [
            "Somebody changed this at the same moment. Load the page again and look at the new state."
        ]
        assert form.refused_status == 409


def test_what_is_no_matter_of_the_form_is_raised_again(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(NotFound):
        sent(name="x").refuse(NotFound("page.not_found"))
