"""What an editor types into a price schedule: the head, and a table of brackets."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import FieldList, Form, FormField, HiddenField, SelectField
from wtforms.validators import Optional

from market.catalogue.forms.price_document import Typed
from market.catalogue.forms.price_kinds import ALL_CELLS, Figure, Floating, PriceKind, RateKind, Rounding, filled_rows
from market.catalogue.rules import ScheduleRole
from market.web.forms import HouseForm, LineField, ProseField, at_most
from market.web.labels import labels

MOST_ROWS = 60
LONGEST_TITLE = 300


def _short(label: Any, most: int = 40) -> LineField:
    return LineField(label, validators=[Optional(), at_most(most)], render_kw={"autocomplete": "off"})


def _day(label: Any) -> LineField:
    return LineField(label, validators=[Optional(), at_most(10)], render_kw={"type": "date"})


class BracketForm(Form):
    """One row of the table; which of its cells count depends on the kind of price."""

    item = _short(_("Item"), 200)
    per = _short(_("For each"))
    low = _short(_("Above"))
    high = _short(_("Up to"))
    rate_kind = SelectField(_("Kind of rate"), default=RateKind.PERCENT, validators=[Optional()])
    figure = SelectField(_("Kind of price"), default=Figure.FEE, validators=[Optional()])
    rate = _short(_("Figure"))
    ratio = _short(_("Share of the area (%)"))
    least = _short(_("Lowest fee"))
    most = _short(_("Highest fee"))
    external = _short(_("External inspection"))
    internal = _short(_("Internal inspection"))
    hydrostatic = _short(_("Hydrostatic test"))
    furnace_wall = _short(_("Furnace wall inspection"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.rate_kind.choices = _choices("price_rate", RateKind)
        self.figure.choices = _choices("price_figure", Figure)

    def typed(self) -> dict[str, str]:
        """Every cell as text."""
        return {cell: self[cell].data or "" for cell in ALL_CELLS}


class PriceForm(HouseForm):
    """A published schedule as people know it."""

    REFUSED = {"import.link_not_government": "role"}
    title = _short(_("Title"), LONGEST_TITLE)
    document_no = _short(_("Document number"), LONGEST_TITLE)
    role = SelectField(_("Does it bind?"), default=ScheduleRole.IN_FORCE)
    kind = SelectField(_("How the price is computed"), default=PriceKind.PROGRESSIVE)
    fee_unit = _short(_("Unit of the fee"))
    base_name = _short(_("Basis of the price"), 200)
    base_unit = _short(_("Unit of the basis"))
    brackets = FieldList(FormField(BracketForm), min_entries=1, max_entries=MOST_ROWS)
    below_first = _short(_("Rate below the first figure (%)"))
    above_last = _short(_("Rate above the last figure (%)"))
    minimum_fee = _short(_("Minimum fee"))
    maximum_fee = _short(_("Maximum fee"))
    minimum_base = _short(_("Smallest quantity that counts"))
    float_kind = SelectField(_("Float"), default=Floating.NONE)
    float_up = _short(_("Up by (%)"))
    float_down = _short(_("Down by (%)"))
    float_words = _short(_("Float in the document's words"), 200)
    coefficients = ProseField(_("Coefficients"), validators=[Optional(), at_most(2000)], render_kw={"rows": 2})
    rounding = SelectField(_("Rounding"), validators=[Optional()])
    effective_from = _day(_("In force from"))
    effective_until = _day(_("In force until"))
    notes = ProseField(_("Notes"), validators=[Optional(), at_most(2000)])
    example = _short(_("Quantity of the example"))
    row_version = HiddenField()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.role.choices = _choices("schedule_role", ScheduleRole)
        self.kind.choices = _choices("price_kind", PriceKind)
        unsaid, *modes = Rounding
        words = labels()
        self.rounding.choices = [(unsaid, words["price_rounding"]), *_choices("rounding", modes)]
        self.float_kind.choices = _choices("price_float", Floating)

    def typed(self) -> Typed:
        """What stands in the form; a choice that is not offered counts as the first one."""
        head = {name: str(field.data or "") for name, field in self._fields.items() if name != "brackets"}
        head["kind"] = _known(head["kind"], PriceKind)
        head["float_kind"] = _known(head["float_kind"], Floating)
        head["rounding"] = _known(head["rounding"], Rounding)
        rows = [(int(row.id.rpartition("-")[2]), row.form.typed()) for row in self.brackets]
        for _number, row in rows:
            row["rate_kind"], row["figure"] = _known(row["rate_kind"], RateKind), _known(row["figure"], Figure)
        return Typed(head, filled_rows(PriceKind(head["kind"]), rows))

    def with_rows(self, rows: list[Mapping[str, str]]) -> "PriceForm":
        """The same head over other rows; at least one, at most MOST_ROWS."""
        head = {name: field.data for name, field in self._fields.items() if name not in ("brackets", "csrf_token")}
        return PriceForm(formdata=None, data={**head, "brackets": rows[:MOST_ROWS] or [{}]})


def _choices(prefix: str, values: Any) -> list[tuple[str, str]]:
    words = labels()
    return [(value, words[f"{prefix}.{value}"]) for value in values]


def _known(given: str, values: Any) -> str:
    return given if given in set(values) else next(iter(values))
