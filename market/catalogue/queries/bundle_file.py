"""What an edition says beside its entries as a document by names, as the package's bundles.json is."""

import json
from typing import Any

from sqlalchemy import select

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
)
from market.catalogue.queries.bundles import rows_of
from market.store.db import db

_MARKS = ("promised_days", "tolerates_missing", "by_commitment", "in_parallel", "rests_on")
_ASKED = ("code", "kind", "unit", "text_zh", "text_en", "options", "rests_on")
_RULED = ("operator", "value", "reason_zh", "reason_en", "rests_on", "judged")
_TITLED = ("code", "name_zh", "name_en", "summary_zh", "summary_en")


def bundles_document(edition: Edition) -> dict[str, Any]:
    """Bundles, marks of acts, questions and rules of an edition by names. Seven queries, whatever it holds."""
    acts: dict[int, str] = dict(
        db.session.execute(
            select(Act.id, Act.name_zh)
            .join(EditionAct, EditionAct.act_id == Act.id)
            .where(EditionAct.edition_id == edition.id)
        ).all()
    )  # type: ignore[arg-type]
    services = {
        service: (name, act)
        for service, name, act in db.session.execute(
            select(Entry.service_id, Entry.name_zh, Act.name_zh)
            .join(Act, Act.id == Entry.act_id)
            .where(Entry.edition_id == edition.id)
        )
    }
    marks = [row for row in rows_of(EditionAct, edition.id) if any(row[name] for name in _MARKS)]
    rules = [row for row in rows_of(Applicability, edition.id) if row["service_id"] in services]
    return {
        "acts": [{"act": acts[row["act_id"]]} | _some(row, _MARKS) for row in marks],
        "questions": [_some(row, _ASKED) for row in _placed(rows_of(Question, edition.id))],
        "applicability": [_rule(row, *services[row["service_id"]]) for row in rules],
        "bundles": _bundles(edition.id, acts),
    }


def bundles_file(edition: Edition) -> bytes:
    """The same as a file that is read back."""
    return (json.dumps(bundles_document(edition), ensure_ascii=False, indent=1) + "\n").encode()


def _bundles(edition_id: int, acts: dict[int, str]) -> list[dict[str, Any]]:
    members: dict[int, list[str]] = {}
    orders: dict[int, list[dict[str, str]]] = {}
    for row in _placed(rows_of(BundleAct, edition_id)):
        members.setdefault(row["bundle_id"], []).append(acts[row["act_id"]])
    for row in rows_of(BundleOrder, edition_id):
        first, then = acts[row["before_act_id"]], acts[row["after_act_id"]]
        orders.setdefault(row["bundle_id"], []).append({"before": first, "after": then, "rests_on": row["rests_on"]})
    return [
        _some(row, _TITLED) | {"acts": members.get(row["id"], []), "order": orders.get(row["id"], [])}
        for row in _placed(rows_of(Bundle, edition_id))
    ]


def _rule(row: dict[str, Any], service: str, act: str) -> dict[str, Any]:
    head = {"service": service, "act": act, "alternative": row["alternative"], "question": row["question_code"]}
    return head | _some(row, _RULED)


def _placed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["position"], row["id"]))


def _some(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
