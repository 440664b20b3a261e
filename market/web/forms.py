"""The form base: it keeps what was typed, says what is wrong beside the field, and takes an action's refusal.

form = OfferForm()
if form.validate_on_submit():
    try:
        with transaction() as now:
            actions.mark(..., actor=current_actor(), now=now)
        return redirect(...)
    except Refusal as refusal:
        form.refuse(refusal)
return form.page("agencies/mark.html", offer=offer)
"""

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms import BooleanField, DateField, Field, Form, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation, ValidationError

from market.base.errors import NotAllowed, NotFound, Refusal, SignInNeeded
from market.base.money import format_yuan, parse_decimal, parse_yuan
from market.web.labels import said

csrf = CSRFProtect()

EARLIEST_YEAR = 1900
"""A date before it is a slip of the hand; days are counted back from some dates, and the calendar has a first one."""


class HouseForm(FlaskForm):
    """A form of the house. `REFUSED` says on which field a refusal stands: by code, or its part before the dot."""

    REFUSED: ClassVar[dict[str, str]] = {}
    refused_status: int = 422

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal on its field or above the form; what is no matter of the form is raised again."""
        if isinstance(refusal, (NotAllowed, NotFound, SignInNeeded)):
            raise refusal
        self.refused_status = refusal.status
        field = self.REFUSED.get(refusal.code) or self.REFUSED.get(refusal.code.partition(".")[0])
        if field is None:
            self.form_errors.append(said(refusal))
        else:
            self[field].errors = [*self[field].errors, said(refusal)]

    def page(self, template: str, **values: Any) -> ResponseReturnValue:
        """The page with this form as `form`; 422 (or the refusal's status) when something is wrong with it."""
        status = self.refused_status if self.errors else 200
        return render_template(template, form=self, **values), status


class Needed(InputRequired):
    """Something must be typed, and spaces are nothing."""

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse what is empty."""
        if isinstance(field.data, str) and not field.data.strip():
            field.raw_data = [""]
        super().__call__(form, field)


def needed() -> Needed:
    """The field must be filled in."""
    return Needed(lazy_gettext("Fill this in."))


def at_most(characters: int) -> Length:
    """At most so many characters."""
    return Length(max=characters, message=lazy_gettext("Use at most %(max)d characters."))


def between(least: int, most: int) -> NumberRange:
    """A number from `least` to `most`."""
    return NumberRange(least, most, lazy_gettext("Enter a number from %(min)s to %(max)s."))


def obeys(rule: Callable[[str], object]) -> Callable[[Form, Field], None]:
    """A validator out of a rule: a function that raises a Refusal when the text breaks it."""

    def check(_form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            rule(field.data)
        except Refusal as refusal:
            raise ValidationError(said(refusal)) from refusal

    return check


class LineField(StringField):
    """One line of text, stripped; control characters are taken out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            text = "".join(" " if c in "\t\r\n" else c for c in valuelist[0])
            self.data = "".join(c for c in text if unicodedata.category(c) != "Cc").strip()


class ProseField(TextAreaField):
    """Some lines of text, stripped; NUL, which PostgreSQL cannot hold, is taken out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self.data = valuelist[0].replace("\0", "").replace("\r\n", "\n").strip()


class _Parsed(StringField):
    """Text that `reader` (a rule) reads into a value, and `writer` writes as one would type it; the text is kept."""

    def __init__(
        self, label: Any, validators: Any, how: tuple[Callable[[str], object], Callable[[Any], str]], **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.reader, self.writer = how

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = self.reader(valuelist[0])
            except Refusal as refusal:
                raise ValueError(said(refusal)) from refusal

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.writer(self.data)

    def pre_validate(self, form: Form) -> None:
        """Say one thing at a time: what cannot be read is not also missing."""
        if self.process_errors:
            raise StopValidation


class MoneyField(_Parsed):
    """An amount typed in yuan (or 万元); `data` is fen or None. Its ten thousands are echoed by the page's script."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"data-money": True, "inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, (parse_yuan, lambda fen: format_yuan(fen).removeprefix("¥")), **kwargs)


class DecimalTextField(_Parsed):
    """A decimal number as typed; `data` is a Decimal or None."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, (parse_decimal, lambda number: f"{number:f}"), **kwargs)


class WholeField(IntegerField):
    """A whole number; `data` is an int or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        if valuelist and valuelist[0].strip():
            text = unicodedata.normalize("NFKC", valuelist[0]).strip()
            if not text.removeprefix("-").isdecimal() or len(text) > 12:
                raise ValueError(gettext("Write a whole number, for example 15."))
            self.data = int(text)

    def pre_validate(self, form: Form) -> None:
        """Say one thing at a time."""
        if self.process_errors:
            raise StopValidation


class DayField(DateField):
    """A date; `data` is a date or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; an empty field, which every browser sends along, is no date."""
        self.data = None
        typed = [text.strip() for text in valuelist if text.strip()]
        try:
            super().process_formdata(typed)
            read: date | None = self.data
            if read is not None and read.year < EARLIEST_YEAR:
                raise ValueError(read)
        except ValueError:
            self.data = None
            raise ValueError(gettext("Write a date as year-month-day, for example 2026-03-05.")) from None


class TickField(BooleanField):
    """A tick."""
