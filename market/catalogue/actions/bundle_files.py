"""A draft's bundles, marks, questions and rules from one file: all of it is checked, then all of it is written."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.people import Actor
from market.catalogue import queries
from market.catalogue.actions.bundle_edits import answerable, bundle_acts, bundle_orders, check_options
from market.catalogue.actions.bundles import write_document
from market.catalogue.actions.drafts import require_draft, touch
from market.catalogue.importing.bundles import Document
from market.catalogue.models import Edition, Question
from market.catalogue.queries import bundles as read
from market.journal.actions import record


def set_from_file(edition: Edition, document: Document, *, actor: Actor, now: datetime) -> None:
    """Put a file's bundles, marks, questions and rules in the place of a draft's.

    Refuses whatever the editor would refuse too, and `bundles_file.twice` and `bundles_file.service_unknown`.
    """
    require_draft(edition)
    check(edition, document)
    touch(edition)
    write_document(edition, document)
    facts = {"number": edition.number, **{part: len(rows) for part, rows in document.items()}}
    record("edition.set_bundles", f"edition/{edition.number}", actor=actor, payload=facts, now=now)


def check(edition: Edition, document: Document) -> None:
    """Refuse a document that does not fit the acts and services of an edition."""
    known = {act.name_zh: act.id for act in read.acts_of(edition.id)}
    _once(row["act"] for row in document["acts"])
    _once(row["code"] for row in document["questions"])
    _once(row["code"] for row in document["bundles"])
    for row in document["acts"]:
        bundle_acts(known, [row["act"]])
        if not row["rests_on"] and any(value for name, value in row.items() if name not in ("act", "rests_on")):
            raise BreaksRule("act.no_ground")
    for row in document["bundles"]:
        acts = bundle_acts(known, row["acts"])
        bundle_orders([(one["before"], one["after"], one["rests_on"]) for one in row["order"]], acts)
    for row in document["questions"]:
        check_options(row)
    _check_rules(edition, document)


def _check_rules(edition: Edition, document: Document) -> None:
    services = {(one.name_zh, one.act.name_zh) for one in queries.entries_of(edition)}
    questions = {row["code"]: Question(kind=row["kind"], options=row["options"]) for row in document["questions"]}
    for row in document["applicability"]:
        code, service, act = row["question"], row["service"], row["act"]
        if (service, act) not in services:
            raise BreaksRule("bundles_file.service_unknown", service=shown(service), act=shown(act))
        if code not in questions:
            raise BreaksRule("rule.question_unknown", code=shown(code))
        if not answerable(questions[code], row["operator"], row["value"]):
            raise BreaksRule("rule.value_unknown", value=shown(_condition(row)))
    _once(
        f"{row['service']}: {row['alternative']}: {row['question']} {row['operator']}"
        for row in document["applicability"]
    )


def _condition(row: Mapping[str, Any]) -> str:
    return f"{row['question']} {row['operator']} {row['value']}"


def _once(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BreaksRule("bundles_file.twice", name=shown(name))
        seen.add(name)
