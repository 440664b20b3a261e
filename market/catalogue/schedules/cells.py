"""Reading single cells of a published schedule: every refusal names the schedule, the bracket and the cell."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from market.base.errors import BreaksRule
from market.base.money import parse_decimal, shown
from market.base.words import N_, register_sentences

NOWHERE = "—"
_DAYS = tuple(
    re.compile(form, re.ASCII)
    for form in (r"(\d{4})-(\d\d?)-(\d\d?)", r"(\d{4})/(\d\d?)/(\d\d?)", r"(\d{4})年(\d\d?)月(\d\d?)日")
)

register_sentences(
    {
        "schedule.cell_missing": N_(
            "Schedule {schedule}, bracket {bracket}: the cell {cell} is missing or empty. Enter the published figure."
        ),
        "schedule.not_a_number": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: “{given}” is not a number. Enter the published "
            "figure."
        ),
        "schedule.negative": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: {given} is below zero. Enter the published figure."
        ),
        "schedule.out_of_range": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: {given} is beyond what the register can hold. "
            "Check the figure and its unit."
        ),
        "schedule.not_a_day": N_("Schedule {schedule}, cell {cell}: “{given}” is not a day. Write it as 2026-01-31."),
        "schedule.not_text": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: “{given}” stands where a text belongs. Enter "
            "the text."
        ),
        "schedule.not_a_table": N_(
            "Schedule {schedule}, bracket {bracket}, cell {cell}: “{given}” stands where a table belongs. "
            "Enter it as the format describes."
        ),
        "schedule.key_unknown": N_(
            "Schedule {schedule}, bracket {bracket}: the cell {cell} is not known here, so its meaning would be "
            "guessed. "
            "Remove it, or name it as the format describes."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file a figure stands; brackets are counted from 1."""

    schedule: str
    bracket: int | None = None
    cell: str = NOWHERE

    def at(self, cell: str) -> "Place":
        """The same place at another cell."""
        return replace(self, cell=cell)

    def refusal(self, code: str, given: object = "") -> BreaksRule:
        """A refusal that names this place."""
        return BreaksRule(
            code,
            schedule=self.schedule,
            bracket=self.bracket or NOWHERE,
            cell=shown(self.cell),
            given=shown(given),
        )


REMARKS = ("origin", "note", "notes", "remark", "remarks", "source", "confidence")
"""What a table may say about its own figures; it is never applied."""


def known_keys(place: Place, row: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse `schedule.key_unknown` at the first cell that is neither in `known` nor a remark or evidence in words."""
    for key in row:
        if key not in known and not _says_nothing(key, row[key]):
            raise place.at(key).refusal("schedule.key_unknown")


def _says_nothing(key: str, given: object) -> bool:
    """Whether a cell only tells where figures come from, or is an empty one beside the others."""
    return isinstance(given, str | list | None) and (key in REMARKS or key.endswith(("_confidence", "_note")))


def stated(row: Mapping[str, object], cells: Collection[str]) -> list[str]:
    """Which of `cells` the row fills; where all that are there are null, those. A null beside a figure says nothing."""
    there = [cell for cell in cells if cell in row]
    return [cell for cell in there if row[cell] is not None] or there


def number(place: Place, row: Mapping[str, object]) -> Fraction:
    """The figure in the cell `place.cell` of `row`, zero or more; a number written as text is understood.

    Refuses `schedule.cell_missing`, `schedule.not_a_number`, `schedule.negative`, `schedule.out_of_range`.
    """
    given = row.get(place.cell)
    if given is None:
        raise place.refusal("schedule.cell_missing")
    if isinstance(given, str):
        given = _written(place, given)
    if not isinstance(given, Decimal) or not given.is_finite():
        raise place.refusal("schedule.not_a_number", given)
    if given < 0:
        raise place.refusal("schedule.negative", given)
    if (given and not -15 <= given.adjusted() <= 15) or len(given.as_tuple().digits) > 30:
        raise place.refusal("schedule.out_of_range", given)
    return Fraction(given)


def _written(place: Place, given: str) -> Decimal:
    """`１,０００` and `1,000 ` are a number beyond doubt; anything else in a text is not."""
    try:
        return parse_decimal(given)
    except BreaksRule:
        raise place.refusal("schedule.not_a_number", given) from None


def day(place: Place, row: Mapping[str, object]) -> date | None:
    """The day in the cell `place.cell` of `row`: 2026-01-31, 2026/1/31 or 2026年1月31日; None where it is empty.

    Refuses `schedule.not_a_day`.
    """
    given = row.get(place.cell)
    if given is None:
        return None
    plain = "".join(unicodedata.normalize("NFKC", given).split()) if isinstance(given, str) else ""
    found = next((match for pattern in _DAYS if (match := pattern.fullmatch(plain))), None)
    try:
        if found:
            return date(*(int(part) for part in found.groups()))
    except ValueError:
        pass
    raise place.refusal("schedule.not_a_day", given)


def text(place: Place, row: Mapping[str, object]) -> str:
    """The text in the cell `place.cell` of `row`; an absent or null cell is an empty text.

    Marks without width, which copying from a web page leaves behind, are dropped. Refuses `schedule.not_text`.
    """
    given = row.get(place.cell)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise place.refusal("schedule.not_text", given)
    plain = "".join(one for one in given if unicodedata.category(one) != "Cf")
    if not all(one.isprintable() or one.isspace() for one in plain):
        raise place.refusal("schedule.not_text", given)
    return plain.strip()


def table(place: Place, given: object) -> dict[str, object]:
    """`given` as a table of cells. Refuses `schedule.not_a_table`."""
    if not isinstance(given, dict):
        raise place.refusal("schedule.not_a_table", given)
    return given


def rows(place: Place, row: Mapping[str, object]) -> list[object]:
    """The list in the cell `place.cell` of `row`. Refuses `schedule.not_a_table`."""
    given = row.get(place.cell, [])
    if not isinstance(given, list):
        raise place.refusal("schedule.not_a_table", given)
    return given
