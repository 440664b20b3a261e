"""What an editor types into an entry: every column of the list's files as a field."""

from typing import Any, ClassVar

from wtforms import Field, HiddenField, SelectField
from wtforms.validators import Optional

from market.base.errors import BreaksRule
from market.base.sheets.columns import Column
from market.catalogue.exporting.columns_explained import ITEM_NOTES
from market.catalogue.forms.entry_cells import COLUMNS, ENGLISH, GROUPS, LABELS_OF, PROSE, SEVERAL, checked
from market.catalogue.importing.columns import Kind
from market.web import locale
from market.web.forms import HouseForm, LineField, ProseField
from market.web.labels import labels, said


class EntryForm(HouseForm):
    """An entry of the list. Its fields are added below, one for each column."""

    REFUSED: ClassVar[dict[str, str]] = {
        "region": "regions",
        "zone": "zones",
        "act": "more_acts",
        "service": "name_zh",
        "import.twice": "name_zh",
        "import.code_twice": "code",
        "import.link_not_government": "pricing",
    }
    row_version = HiddenField()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        words, chinese = labels(), locale.current().startswith("zh")
        for key, column in COLUMNS.items():
            if key not in self:
                continue
            if column.filled:
                self[key].flags.required = True
            self[key].label.text = column.heading if chinese else ENGLISH[key]
            if column.kind == Kind.CLOSED:
                offered = [(value, words[f"{LABELS_OF[key]}.{value}"]) for value in column.closed]
                self[key].choices = offered if column.filled else [("", "—"), *offered]

    def groups(self) -> list[tuple[str, list[tuple[Field, str]]]]:
        """The fields in their groups, each with its hint."""
        words, chinese = labels(), locale.current().startswith("zh")
        side = 0 if chinese else 1
        return [
            (words[group], [(self[key], ITEM_NOTES[key][side] if _says_more(key) else "") for key in keys])
            for group, keys in GROUPS.items()
        ]

    def checked(self) -> dict[str, str] | None:
        """The row that an import would read; None where a cell is wrong, which its field then says."""
        cells, wrong = checked({key: self[key].data or "" for key in COLUMNS if key in self})
        for key, code in wrong:
            most = COLUMNS[key].most
            self[key].errors = [*self[key].errors, said(BreaksRule(code, most=most))]
        return None if wrong else cells


def typed_entry(cells: dict[str, str]) -> dict[str, str]:
    """A row of the list's files as the form shows it: several values one a line."""
    return {key: text.replace("；", "\n") if COLUMNS[key].kind in SEVERAL else text for key, text in cells.items()}


def _says_more(key: str) -> bool:
    return COLUMNS[key].kind not in (Kind.CLOSED, Kind.NAME)


def _field(column: Column) -> Field:
    if column.kind == Kind.CLOSED:
        return SelectField(column.heading, validators=[Optional()], validate_choice=False)
    if column.kind in SEVERAL or column.key in PROSE:
        return ProseField(column.heading, render_kw={"rows": 3})
    return LineField(column.heading, render_kw={"autocomplete": "off"})


for _key in (key for keys in GROUPS.values() for key in keys):
    setattr(EntryForm, _key, _field(COLUMNS[_key]))
