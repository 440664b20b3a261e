"""How a difference between a row and the log is told."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

UNKNOWN: Final = "?"
"""Stands for what only an erased private part knew."""
NOT_THERE: Final = "not there"


def unlike(name: str, row: Mapping[str, Any], said: Mapping[str, Any] | None) -> Iterator[str]:
    """A sentence for each column of a row that the log says otherwise; None where the log knows no such row.

    A set among the values said is of what may be true.
    """
    if said is None:
        yield missing(name, row["state"], NOT_THERE)
        return
    for column, value in row.items():
        wanted = said[column]
        if wanted == UNKNOWN or value == wanted or (isinstance(wanted, frozenset) and value in wanted):
            continue
        told = " or ".join(sorted(wanted)) if isinstance(wanted, frozenset) else wanted
        which = "" if column == "state" else f"{column} "
        yield f"{name}: the table says {which}'{value}', the log '{told}'"


def missing(name: str, row: str, said: str) -> str:
    """The sentence for what is in one of both only."""
    return f"{name}: the table says '{row}', the log '{said}'"


def unlawful(name: str, act: str, state: str) -> str:
    """The sentence for an act that no table of moves has."""
    return f"{name}: {act} is not lawful in the state '{state or NOT_THERE}'"
