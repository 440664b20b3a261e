"""An edition as plain rows for its files, read set by set."""

import json
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from market.catalogue.exporting import ListExport
from market.catalogue.models import (
    CleanUp,
    Edition,
    Entry,
    EntryAct,
    EntryRegion,
    EntryRequirement,
    EntryZone,
    PriceSchedule,
    Service,
    Zone,
)
from market.catalogue.rules import RequirementKind
from market.store.db import db

Several = dict[int, list[str]]


def export_of(edition: Edition) -> ListExport:
    """Everything an edition says, for the desk; `public` of it is for everybody. Seven queries, whatever its size."""
    entries = db.session.scalars(
        select(Entry).where(Entry.edition_id == edition.id).options(joinedload(Entry.act)).order_by(Entry.position)
    ).all()
    official = dict(
        db.session.execute(
            select(Entry.id, Service.official_code)
            .join(Service, Service.id == Entry.service_id)
            .where(Entry.edition_id == edition.id)
        ).all()
    )
    several = _several(edition.id)
    names = {entry.id: entry.name_zh for entry in entries}
    links, schedules = _schedules(edition.id, names)
    return ListExport(
        items=[_item(entry, official[entry.id] or "", several) for entry in entries],
        links=links,
        cleaned_up=_clean_ups(edition.id),
        schedules=schedules,
        title=edition.title,
        number=edition.number,
        effective_from=edition.effective_from,
    )


def _item(entry: Entry, code: str, several: dict[str, Several]) -> dict[str, str]:
    lists = {name: "；".join(found.get(entry.id, ())) for name, found in several.items()}
    return {
        "position": str(entry.position), "local_code": entry.code, "code": code, "standard_code": entry.standard_code,
        "name_zh": entry.name_zh, "name_en": entry.name_en, "category_zh": entry.category_zh,
        "category_en": entry.category_en, "act_type": entry.act.kind, "act_name_zh": entry.act.name_zh,
        "act_name_en": entry.act.name_en, "authority_zh": entry.act.authority_zh, "authority_en": entry.act.authority_en,
        "industry_authority_zh": entry.industry_authority_zh, "industry_authority_en": entry.industry_authority_en,
        "setup_level": entry.setup_level, "legal_basis_zh": entry.legal_basis, "service_content_zh": entry.service_content,
        "service_output_zh": entry.output, "time_limit_workdays": _days(entry.time_limit_workdays),
        "time_limit_calendar_days": _days(entry.time_limit_calendar_days), "pricing": entry.pricing,
        "price_basis_zh": entry.price_basis, "price_rule": entry.price_rule, "unit_zh": entry.unit, "payer": entry.payer,
        "self_service_allowed": entry.self_service, "commissioned_by": entry.commissioned_by,
        "agency_qualification_zh": entry.qualification,
        # How several are combined says nothing where there is none.
        "qualification_mode": entry.requirement_mode if lists["qualifications"] else "",
        "filing": entry.filing, "commitment_only": "yes" if entry.commitment_only else "no",
        "merged_group_zh": entry.merged_group, "remarks": entry.remarks, "confidence": entry.confidence,
        "source": entry.source, **lists,
    }  # fmt: skip


def _days(days: int | None) -> str:
    return "" if days is None else str(days)


def _several(edition_id: int) -> dict[str, Several]:
    """What entries have several of, by column and entry."""
    acts = db.session.scalars(
        select(EntryAct)
        .where(EntryAct.edition_id == edition_id)
        .options(joinedload(EntryAct.act))
        .order_by(EntryAct.position)
    )
    regions = db.session.execute(
        select(EntryRegion.entry_id, EntryRegion.region_code)
        .where(EntryRegion.edition_id == edition_id)
        .order_by(EntryRegion.region_code)
    )
    zones = db.session.execute(
        select(EntryZone.entry_id, Zone.code)
        .join(Zone, Zone.id == EntryZone.zone_id)
        .where(EntryZone.edition_id == edition_id)
        .order_by(Zone.code)
    )
    asked = db.session.scalars(
        select(EntryRequirement).where(EntryRequirement.edition_id == edition_id).order_by(EntryRequirement.position)
    ).all()
    return {
        "more_acts": _grouped((one.entry_id, f"{one.act.kind}:{one.act.name_zh}") for one in acts),
        "regions": _grouped((entry, code) for entry, code in regions),
        "zones": _grouped((entry, code) for entry, code in zones),
        "qualifications": _grouped(
            (one.entry_id, f"{one.name}/{one.level}" if one.level else one.name)
            for one in asked
            if one.kind == RequirementKind.QUALIFICATION
        ),
        "practitioners": _grouped(
            (one.entry_id, f"{one.name}/{one.count}") for one in asked if one.kind == RequirementKind.PRACTITIONER
        ),
    }


def _grouped(pairs: Iterable[tuple[int, str]]) -> Several:
    found: Several = defaultdict(list)
    for entry, text in pairs:
        found[entry].append(text)
    return found


def _schedules(edition_id: int, names: dict[int, str]) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    rows = db.session.scalars(
        select(PriceSchedule).where(PriceSchedule.edition_id == edition_id).order_by(PriceSchedule.id)
    ).all()
    links = {(names[row.entry_id], row.key): row.role for row in rows}
    texts = {row.key: row.data for row in rows}
    schedules = [json.loads(text, parse_float=Decimal, parse_int=Decimal) for text in texts.values()]
    return [{"name_zh": name, "schedule_id": key, "role": role} for (name, key), role in links.items()], schedules


def _clean_ups(edition_id: int) -> list[dict[str, str]]:
    rows = db.session.scalars(select(CleanUp).where(CleanUp.edition_id == edition_id).order_by(CleanUp.id))
    return [
        {
            "name_zh": row.name_zh, "act_name_zh": row.act_name_zh, "decision_document": row.decision,
            "handling_type": row.handling, "handling": row.handling_text, "confidence": row.confidence, "source": "",
        }
        for row in rows
    ]  # fmt: skip
