"""Agencies, their filings, and what filings brought: all of it acts on the agency's one name, played in their order.

An agency has one open filing at a time, so its filings are its beginnings in order, and every act is on the last one.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from market.agencies.models import Agency, AgencyPaper, AuthorisedPerson, Filing, Practitioner
from market.agencies.rules import AGENCY, FILING, PAPER, AgencyState, FilingState, RecordState
from market.base.errors import BadState
from market.base.words import N_, register_sentences
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, in_log_only, unlawful, unlike
from market.store.db import db

_PART = 10_000
_RECORDS: tuple[type[AgencyPaper | Practitioner | AuthorisedPerson], ...] = (
    AgencyPaper, Practitioner, AuthorisedPerson,
)  # fmt: skip
_BRINGS = {
    "filing.add_paper": AgencyPaper.__tablename__,
    "filing.add_practitioner": Practitioner.__tablename__,
    "filing.add_person": AuthorisedPerson.__tablename__,
}
Key = tuple[str, int]
"""A table of what is on record, and the row in it."""


@dataclass(slots=True)
class _Filed:
    """A filing as the log tells it; `brought` counts rows by their table, `unsure` where how many is not known."""

    state: str = ""
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    brought: Counter[str] = field(default_factory=Counter)
    unsure: bool = False

    def columns(self) -> dict[str, Any]:
        """What the row must say."""
        names = ("state", "opened_at", "submitted_at", "decided_at")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class _Life:
    """An agency as the log tells it. Of rows on record: those taken back, those to be ended by the open filing, those
    ended and when; `unsure` where an act on one of them has lost which it was."""

    state: str = ""
    admitted_at: datetime | None = None
    exited_at: datetime | None = None
    suspended_until: date | str | None = None
    filings: list[_Filed] = field(default_factory=list)
    taken: set[Key] = field(default_factory=set)
    ending: set[Key] = field(default_factory=set)
    ended: dict[Key, datetime] = field(default_factory=dict)
    unsure: bool = False

    def columns(self) -> dict[str, Any]:
        """What the row must say."""
        return {name: getattr(self, name) for name in ("state", "admitted_at", "exited_at", "suspended_until")}

    @property
    def open(self) -> _Filed:
        """The filing on which the next act is."""
        return self.filings[-1] if self.filings else _Filed()


def _register(life: _Life, _act: Act) -> None:
    _require_none(life)
    life.state = AgencyState.ENTERING


def _bring_in(life: _Life, act: Act) -> None:
    _register(life, act)
    filed = _Filed(FilingState.IN_CHECK, act.t, act.t)
    if act.payload is None:
        filed.unsure = True
    else:
        filed.brought[AgencyPaper.__tablename__] = len(act.payload["papers"])
    life.filings.append(filed)


def _begin(life: _Life, act: Act) -> None:
    if life.state == AgencyState.EXITED:
        life.state, life.exited_at = AGENCY.step(life.state, "come_back"), None
    life.filings.append(_Filed(FilingState.DRAFT, act.t))


def _submit(life: _Life, act: Act) -> None:
    life.open.state, life.open.submitted_at = FILING.step(life.open.state, "submit"), act.t


def _return(life: _Life, act: Act) -> None:
    life.open.state, life.open.decided_at = FILING.step(life.open.state, "return"), act.t


def _pass(life: _Life, act: Act) -> None:
    life.open.state, life.open.decided_at = FILING.step(life.open.state, "pass"), act.t
    life.ended |= dict.fromkeys(life.ending, act.t)
    life.ending.clear()
    if life.state == AgencyState.ENTERING:
        life.state, life.admitted_at = AGENCY.step(life.state, "admit"), act.t


def _take_back(life: _Life, act: Act) -> None:
    life.open.state, life.open.decided_at = FILING.step(life.open.state, "take_back"), act.t
    life.ending.clear()


def _suspend(life: _Life, act: Act) -> None:
    life.state = AGENCY.step(life.state, "suspend")
    life.suspended_until = UNKNOWN if act.payload is None else date.fromisoformat(act.payload["last_day"])


def _lift(life: _Life, _act: Act) -> None:
    life.state, life.suspended_until = AGENCY.step(life.state, "lift"), None


def _exit(life: _Life, act: Act) -> None:
    life.state, life.exited_at, life.suspended_until = AGENCY.step(life.state, "exit"), act.t, None


def _bring(life: _Life, act: Act) -> None:
    life.open.brought[_BRINGS[act.act]] += 1


def _on_row(life: _Life, act: Act) -> None:
    if act.payload is None:
        life.unsure = True
        return
    key = act.payload["what"], act.payload["row"]
    if act.act == "filing.take_back_row":
        life.taken.add(key)
    elif act.act == "filing.end_row":
        life.ending.add(key)
    else:
        life.ending.discard(key)


_PLAYS: dict[str, Callable[[_Life, Act], None]] = {
    "agency.register": _register, "agency.suspend": _suspend, "agency.lift_suspension": _lift, "agency.exit": _exit,
    "filing.bring_in": _bring_in, "filing.begin": _begin, "filing.submit": _submit, "filing.return": _return,
    "filing.pass": _pass, "filing.take_back": _take_back, **dict.fromkeys(_BRINGS, _bring),
    **dict.fromkeys(("filing.take_back_row", "filing.end_row", "filing.keep_row"), _on_row),
}  # fmt: skip


def _require_none(life: _Life) -> None:
    if life.state:
        raise BadState("lifecycle.no_such_move", object="agency", state=life.state, event="register")


def differing_agencies() -> Iterator[Finding]:
    """Agencies, filings and rows on record that are not what their acts lead to. Six queries."""
    lives: dict[str, _Life] = {}
    for act in of_acts(_PLAYS):
        life = lives.setdefault(act.obj, _Life())
        try:
            _PLAYS[act.act](life, act)
        except BadState as error:
            about = Thing(act.obj, str(error.facts["object"]))
            yield unlawful(about, act.act, str(error.facts["state"]))
    yield from _agencies(lives)
    filed: dict[int, _Filed] = {}
    yield from _filings(lives, filed)
    for model in _RECORDS:
        yield from _on_record(model, lives, filed)


def _agencies(lives: dict[str, _Life]) -> Iterator[Finding]:
    seen = set()
    query = select(Agency.ref, Agency.state, Agency.admitted_at, Agency.exited_at, Agency.suspended_until)
    for ref, *values in db.session.execute(query).yield_per(_PART):
        name = f"agency/{ref}"
        seen.add(name)
        life = lives.get(name)
        row = dict(zip(("state", "admitted_at", "exited_at", "suspended_until"), values, strict=True))
        yield from unlike(Thing(name, AGENCY.name), row, life.columns() if life else None)
    yield from (in_log_only(Thing(name, AGENCY.name), lives[name].state) for name in lives.keys() - seen)


def _filings(lives: dict[str, _Life], filed: dict[int, _Filed]) -> Iterator[Finding]:
    """Compares, and finds out which row is which filing."""
    seen = Counter[str]()
    columns = (Filing.state, Filing.opened_at, Filing.submitted_at, Filing.decided_at)
    query = select(Agency.ref, Filing.id, *columns).join(Agency, Agency.id == Filing.agency_id).order_by(Filing.id)
    for ref, filing_id, *values in db.session.execute(query).yield_per(_PART):
        name = f"agency/{ref}"
        place, seen[name] = seen[name], seen[name] + 1
        known = lives[name].filings[place : place + 1] if name in lives else []
        row = dict(zip(("state", "opened_at", "submitted_at", "decided_at"), values, strict=True))
        about = Thing(f"{name}: filing {filing_id}", FILING.name)
        yield from unlike(about, row, known[0].columns() if known else None)
        filed |= dict.fromkeys([filing_id], known[0]) if known else {}
    for name, life in lives.items():
        about = Thing(f"{name}: filing", FILING.name)
        yield from (in_log_only(about, one.state) for one in life.filings[seen[name] :])


def _on_record(
    model: type[AgencyPaper | Practitioner | AuthorisedPerson], lives: dict[str, _Life], filed: dict[int, _Filed]
) -> Iterator[Finding]:
    table, seen = model.__tablename__, Counter[int]()
    query = select(Agency.ref, model.id, model.filing_id, model.state, model.recorded_at, model.ended_at)
    for ref, row_id, filing_id, *values in db.session.execute(
        query.join(Agency, Agency.id == model.agency_id).order_by(model.id)
    ).yield_per(_PART):
        name, filing = f"agency/{ref}", filed.get(filing_id)
        seen[filing_id] += 1
        row = dict(zip(("state", "recorded_at", "ended_at"), values, strict=True))
        said = _record_said(lives[name], filing, (table, row_id)) if filing and name in lives else None
        yield from unlike(Thing(f"{name}: {table} {row_id}", PAPER.name), row, said)
    for filing_id, filing in filed.items():
        if seen[filing_id] != filing.brought[table] and not filing.unsure:
            facts = {"filing": filing_id, "rows": seen[filing_id], "table": table, "told": filing.brought[table]}
            yield Finding("finding.rows_brought", facts)


def _record_said(life: _Life, filing: _Filed, key: Key) -> dict[str, Any]:
    """What a row that a filing brought must say."""
    passed, nothing = filing.state == FilingState.PASSED, {"recorded_at": None, "ended_at": None}
    if key in life.taken or filing.state == FilingState.TAKEN_BACK:
        return {"state": RecordState.TAKEN_BACK, **nothing}
    if life.unsure:
        known = (RecordState.ON_RECORD, RecordState.ENDED) if passed else (RecordState.FILED,)
        may = frozenset({*known, RecordState.TAKEN_BACK})
        return {"state": may, "recorded_at": UNKNOWN, "ended_at": UNKNOWN}
    if key in life.ended:
        return {"state": RecordState.ENDED, "recorded_at": filing.decided_at, "ended_at": life.ended[key]}
    if passed:
        return {"state": RecordState.ON_RECORD, "recorded_at": filing.decided_at, "ended_at": None}
    return {"state": RecordState.FILED, **nothing}


register_sentences(
    {"finding.rows_brought": N_("filing {filing}: the table says {rows} rows of {table}, the log {told}")}
)
