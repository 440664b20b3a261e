"""How a difference between a row and the log is told."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from market.base.words import N_, register_sentences
from market.journal.rules.finding import Finding, entry_named

UNKNOWN: Final = "?"
"""Stands for what only an erased private part knew."""


class Thing(NamedTuple):
    """What a finding is about: its name in tables and log, and the column of which its states' labels are."""

    name: str
    object: str

    def finding(self, code: str, facts: Mapping[str, Any]) -> Finding:
        """A finding about it."""
        return Finding(code, {**self._asdict(), **facts})


def unlike(thing: Thing, row: Mapping[str, Any], said: Mapping[str, Any] | None) -> Iterator[Finding]:
    """A finding for each column of a row that the log says otherwise; None where the log knows no such row.

    A set among the values said is of what may be true.
    """
    if said is None:
        yield in_table_only(thing, row["state"])
        return
    for column, value in row.items():
        wanted = said[column]
        if wanted == UNKNOWN or value == wanted or (isinstance(wanted, frozenset) and value in wanted):
            continue
        if isinstance(wanted, frozenset):
            yield thing.finding("finding.none_of", {"table": str(value), "log": sorted(map(str, wanted))})
        elif column == "state":
            yield differs(thing, value, wanted)
        else:
            yield thing.finding("finding.column", {"column": column, "table": _exact(value), "log": _exact(wanted)})


def otherwise(thing: Thing, row: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Finding]:
    """The same of what may still be sealed: a finding names the column and no value."""
    for column, value in row.items():
        if said[column] not in (UNKNOWN, value):
            yield thing.finding("finding.otherwise", {"column": column})


def differs(thing: Thing, row: str, said: str) -> Finding:
    """The table has one state and the log leads to another."""
    return thing.finding("finding.state", {"table": str(row), "log": str(said)})


def in_log_only(thing: Thing, said: str | frozenset[str]) -> Finding:
    """The log leads to a row that is not there; a set is of the states it may be in."""
    log = sorted(map(str, said)) if isinstance(said, frozenset) else str(said)
    return thing.finding("finding.in_log_only", {"log": log})


def in_table_only(thing: Thing, row: str) -> Finding:
    """The table has a row of which the log knows nothing."""
    return thing.finding("finding.in_table_only", {"table": str(row)})


def unlawful(thing: Thing, act: str, state: str) -> Finding:
    """An act that no table of moves has from this state, or from none."""
    if not state:
        return thing.finding("finding.unlawful_before", {"act": act})
    return thing.finding("finding.unlawful", {"act": act, "state": str(state)})


def unlawful_entry(seq: int | None, thing: Thing, *, act: str, state: str) -> Finding:
    """The same, with the entry of the log that it is."""
    return Finding("finding.part", {"where": entry_named(seq), "what": unlawful(thing, act, state)})


def _exact(value: Any) -> str | None:
    """A moment stays as it is stored: two that differ by seconds would look the same when written for people."""
    return None if value is None else str(value)


register_sentences(
    {
        "finding.part": N_("{where}: {what}"),
        "finding.state": N_("{name}: the table says '{table}', the log '{log}'"),
        "finding.none_of": N_("{name}: the table says '{table}', the log one of '{log}'"),
        "finding.column": N_("{name}: the table says {column} '{table}', the log '{log}'"),
        "finding.otherwise": N_("{name}: the table says another {column} than the act that made it"),
        "finding.in_log_only": N_("{name}: the table says 'not there', the log '{log}'"),
        "finding.in_table_only": N_("{name}: the table says '{table}', the log 'not there'"),
        "finding.unlawful": N_("{act} on {name} is not lawful in the state '{state}'"),
        "finding.unlawful_before": N_("{act} on {name} is not lawful in the state 'not there'"),
    }
)
