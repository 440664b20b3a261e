"""What an edition says, as plain rows in the official order of columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from market.base.sheets.columns import Column
from market.catalogue.importing.columns import CLEAN_UPS, ITEMS, LINKS

ITEM_KEYS = tuple(one.key for one in ITEMS)
# How far the compiler trusts a row, and where it was read, is for the desk and never for the public.
DESK_ONLY = frozenset({"confidence", "source"})


@dataclass(frozen=True, slots=True)
class ListExport:
    """An edition as plain rows by column key; every value as `importing` reads it, schedules as in their JSON."""

    items: list[dict[str, str]]
    links: list[dict[str, str]] = field(default_factory=list)
    cleaned_up: list[dict[str, str]] = field(default_factory=list)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    title: str = ""
    number: int = 0
    effective_from: date | None = None
    hidden: frozenset[str] = frozenset()

    @property
    def public(self) -> "ListExport":
        """The same without what only the desk may see."""
        keep = [{key: value for key, value in one.items() if not _of_the_desk(key)} for one in self.schedules]
        return replace(self, schedules=keep, hidden=DESK_ONLY)

    def parts(self) -> list[tuple[str, tuple[Column, ...], list[dict[str, str]]]]:
        """Name, visible columns in official order, and rows of each part that has plain rows."""
        found: tuple[tuple[str, tuple[Column, ...], list[dict[str, str]]], ...] = (
            ("items", ITEMS, self.items),
            ("links", LINKS, self.links),
            ("cleaned_up", CLEAN_UPS, self.cleaned_up),
        )
        return [
            (name, tuple(column for column in columns if column.key not in self.hidden), rows)
            for name, columns, rows in found
        ]


def _of_the_desk(key: str) -> bool:
    return key in DESK_ONLY or key.endswith("_confidence")


def shown_rows(columns: tuple[Column, ...], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows with those columns only, in their order."""
    return [{column.key: row.get(column.key, "") for column in columns} for row in rows]


def keys_of(rows: list[dict[str, Any]], *, but: str = "") -> list[str]:
    """Every key that one of the rows has, in the order of first use."""
    keys = dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row)
    return [key for key in keys if key != but]
