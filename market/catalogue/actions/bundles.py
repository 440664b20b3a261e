"""Bundles, questions and rules of a draft: carried over from the edition before, or entered from the package's data."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import delete, insert, select

from market.catalogue.models import (
    Act,
    Applicability,
    Bundle,
    BundleAct,
    BundleOrder,
    Edition,
    EditionAct,
    Entry,
    Question,
    Service,
)
from market.catalogue.queries import bundles as queries
from market.store.db import db

TABLES = (Applicability, BundleOrder, BundleAct, Bundle, Question, EditionAct)
"""The tables of what this module writes, in the order in which their rows can be thrown away."""
Row = dict[str, Any]
_FILE = files("market.catalogue") / "data" / "bundles.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What an edition says beside its entries, by the ids of acts and services; bundles hold their acts and orders."""

    acts: Sequence[Mapping[str, Any]]
    questions: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]]
    bundles: Sequence[tuple[Mapping[str, Any], Sequence[int], Sequence[tuple[int, int, str]]]]


def carry_bundles(edition: Edition) -> None:
    """Give a new draft the bundles, marks, questions and rules of the edition before it, as far as its acts and
    services are listed still; the first edition that has none before it begins with those of the package."""
    before = queries.edition_to_carry(edition.number)
    kept = _of_edition(before) if before is not None else _packaged()
    write_kept(edition.id, _as_listed(edition.id, kept))


def forget_bundles(edition: Edition) -> None:
    """Throw away what a draft says beside its entries."""
    for table in TABLES:
        db.session.execute(delete(table).where(table.edition_id == edition.id))


def write_document(edition: Edition, document: Mapping[str, Any]) -> None:
    """Write what a checked file of bundles says in the place of everything that a draft says beside its entries."""
    acts = {act.name_zh: act.id for act in queries.acts_of(edition.id)}
    places = {row["code"]: row["position"] for row in queries.rows_of(Bundle, edition.id)}
    asked = {row["code"]: row["position"] for row in queries.rows_of(Question, edition.id)}
    listed = select(Entry.name_zh, Act.name_zh, Entry.service_id).join(Act, Act.id == Entry.act_id)
    rows = db.session.execute(listed.where(Entry.edition_id == edition.id))
    forget_bundles(edition)
    kept = _of_document(document, acts, {(name, act): service for name, act, service in rows})
    heads = _staying([head for head, _acts, _orders in kept.bundles], places)
    bundles = [(head, *row[1:]) for head, row in zip(heads, kept.bundles, strict=True)]
    write_kept(edition.id, replace(kept, questions=_staying(kept.questions, asked), bundles=bundles))


def _staying(rows: Sequence[Mapping[str, Any]], before: Mapping[str, int]) -> list[Row]:
    """Rows in their order, each in the place that it had before (by code) as far as that keeps the order."""
    placed, last = [], 0
    for row in rows:
        last = max(before.get(row["code"], 0), last + 1)
        placed.append(dict(row) | {"position": last})
    return placed


def write_kept(edition_id: int, kept: Kept) -> None:
    """Write it all into an edition that says nothing beside its entries yet; each of its acts has marks or none."""
    listed = set(db.session.scalars(select(queries.tied(edition_id).c.act_id)))
    mine = {"edition_id": edition_id}
    marked = {row["act_id"]: row for row in kept.acts}
    _insert(EditionAct, [_marks(marked.get(act, {})) | mine | {"act_id": act} for act in sorted(listed)])
    _insert(Question, [dict(row) | mine for row in kept.questions])
    _insert(Applicability, [dict(row) | mine for row in kept.rules])
    if not kept.bundles:
        return
    rows = [dict(bundle) | mine for bundle, _, _ in kept.bundles]
    ids = db.session.scalars(insert(Bundle).returning(Bundle.id, sort_by_parameter_order=True), rows).all()
    for number, (_bundle, acts, orders) in zip(ids, kept.bundles, strict=True):
        own = mine | {"bundle_id": number}
        _insert(BundleAct, [own | {"act_id": act, "position": place} for place, act in enumerate(acts, 1)])
        _insert(BundleOrder, [own | {"before_act_id": a, "after_act_id": b, "rests_on": on} for a, b, on in orders])


def _as_listed(edition_id: int, kept: Kept) -> Kept:
    """Of what is kept, what speaks of acts and services that an edition lists."""
    listed = set(db.session.scalars(select(queries.tied(edition_id).c.act_id)))
    services = set(db.session.scalars(select(Entry.service_id).where(Entry.edition_id == edition_id)))
    rules = [row for row in kept.rules if row["service_id"] in services]
    asked = {row["question_code"] for row in rules}
    # A question leaves with the last rule that asked it; one that no rule asked before stays.
    gone = {row["question_code"] for row in kept.rules} - asked
    bundles = []
    for bundle, acts, orders in kept.bundles:
        if staying := [act for act in acts if act in listed]:
            both = [(one, other, ground) for one, other, ground in orders if one in staying and other in staying]
            bundles.append((bundle, staying, both))
    return Kept(kept.acts, [row for row in kept.questions if row["code"] not in gone], rules, bundles)


def _marks(row: Mapping[str, Any]) -> Row:
    given = {"promised_days": None, "tolerates_missing": False, "by_commitment": False, "in_parallel": False}
    return {name: row.get(name, value) for name, value in {**given, "rests_on": ""}.items()}


def _insert(table: Any, rows: Sequence[Row]) -> None:
    if rows:
        db.session.execute(insert(table), list(rows))


def _of_edition(edition_id: int) -> Kept:
    def plain(table: Any) -> list[Row]:
        return [{key: value for key, value in row.items() if key != "id"} for row in queries.rows_of(table, edition_id)]

    bundles = []
    for row in queries.rows_of(Bundle, edition_id):
        orders = [(one.before_act_id, one.after_act_id, one.rests_on) for one in queries.orders_in(row["id"])]
        own = {key: value for key, value in row.items() if key != "id"}
        bundles.append((own, queries.acts_in(row["id"]), orders))
    return Kept(plain(EditionAct), plain(Question), plain(Applicability), bundles)


def _packaged() -> Kept:
    acts = {name: number for number, name in db.session.execute(select(Act.id, Act.name_zh).order_by(Act.id.desc()))}
    services = {(one.name_zh, one.act_name_zh): one.id for one in db.session.scalars(select(Service))}
    return _of_document(packaged_bundles(), acts, services)


def _of_document(data: Mapping[str, Any], acts: Mapping[str, int], services: Mapping[tuple[str, str], int]) -> Kept:
    """What a document says of acts and services that are known by these names."""
    rules = _known(data["applicability"], "service_id", lambda row: services.get((row["service"], row["act"])))
    asked = {row["question"] for row in rules}
    unasked = {row["question"] for row in data["applicability"]} - asked
    bundles = []
    for place, row in enumerate(data["bundles"], 1):
        orders = [(acts.get(one["before"], 0), acts.get(one["after"], 0), one["rests_on"]) for one in row["order"]]
        own = {key: value for key, value in row.items() if key not in ("acts", "order")}
        bundles.append((own | {"position": place}, [acts[name] for name in row["acts"] if name in acts], orders))
    return Kept(
        acts=_known(data["acts"], "act_id", lambda row: acts.get(row["act"])),
        questions=[
            row | {"position": place} for place, row in enumerate(data["questions"], 1) if row["code"] not in unasked
        ],
        rules=[
            {key: value for key, value in row.items() if key not in ("service", "act", "question")}
            | {"question_code": row["question"]}
            for row in rules
        ],
        bundles=bundles,
    )


def _known(rows: Iterable[Row], column: str, number: Callable[[Row], int | None]) -> list[Row]:
    return [row | {column: found} for row in rows if (found := number(row)) is not None]


@cache
def packaged_bundles() -> dict[str, Any]:
    """The bundles, questions and rules that the package brings, by names. Not to be changed."""
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return read
