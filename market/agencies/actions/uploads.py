"""Sheets handed in on a page: check one, show what it would change, and write it once when that is confirmed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from market.agencies import queries
from market.agencies.actions.bringing import EntryPlan, bring_in, plan_entry
from market.agencies.actions.own_sheets import OwnPlan, plan_own, write_own
from market.agencies.importing import Sheets
from market.agencies.models import SheetUpload
from market.agencies.rules.uploads import SHEET_UPLOAD, UploadPurpose, UploadState
from market.base.errors import BadState, BreaksRule
from market.base.people import Actor
from market.base.sheets.uploads import Upload
from market.journal.actions import record
from market.store.db import db

MOST_SHOWN = 1000
"""Bad cells that are kept; a file with more has one fault in a column, and the first of them say so."""
MOST_ENTRIES = 2000
"""Agencies of one sheet on a page; the command line takes more."""
Plan = OwnPlan | EntryPlan


def take_in(upload: Upload, sheets: Sheets, purpose: UploadPurpose, *, actor: Actor, now: datetime) -> SheetUpload:
    """Keep a sheet, check it against the register, and keep what it would change or its bad cells.

    Refuses `sheet_upload.nothing` and `sheet_upload.too_many`.
    """
    plan = _plan(sheets, purpose, actor, now)
    found = SheetUpload(
        organisation_id=actor.organisation, purpose=purpose, state=UploadState.HANDED_IN, name=upload.name,
        sha256=upload.digest, content=upload.content, uploaded_by=actor.id, uploaded_at=now, digest="", counts={},
        told=[], bad=[], written_at=None,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _keep(found, plan, "show")
    facts = {"sha256": upload.digest, "purpose": str(purpose), "bad": len(plan.bad), "counts": plan.counts}
    record("sheet_upload.hand_in", _obj(found), actor=actor, payload=facts, now=now)
    return found


def confirm(found: SheetUpload, sheets: Sheets, *, actor: Actor, now: datetime) -> bool:
    """Write a sheet as it was shown, all of it; whether it was written.

    It was not where something changed since: then what it would change now is kept, to be shown and confirmed anew.
    Refuses `sheet_upload.written_already` and `sheet_upload.refused_already`.
    """
    if found.state == UploadState.WRITTEN:
        raise BadState("sheet_upload.written_already")
    if found.state != UploadState.READY:
        raise BadState("sheet_upload.refused_already")
    plan = _plan(sheets, UploadPurpose(found.purpose), actor, now)
    if plan.bad or plan.digest != found.digest:
        _keep(found, plan, "")
        if plan.bad:
            record("sheet_upload.refuse", _obj(found), actor=actor, payload={"bad": len(plan.bad)}, now=now)
        return False
    found.state, found.written_at = SHEET_UPLOAD.step(found.state, "write"), now
    db.session.flush()
    facts = {"sha256": found.sha256, "digest": found.digest, "counts": found.counts}
    record("sheet_upload.write", _obj(found), actor=actor, payload=facts, now=now)
    if isinstance(plan, OwnPlan):
        write_own(queries.agency_of(actor), plan, actor=actor, now=now)
    else:
        bring_in(plan, actor=actor, now=now)
    return True


def _plan(sheets: Sheets, purpose: UploadPurpose, actor: Actor, now: datetime) -> Plan:
    if purpose == UploadPurpose.OWN:
        own = plan_own(queries.agency_of(actor), sheets, now=now)
        if not (own.bad or own.prices.changes or own.papers):
            raise BreaksRule("sheet_upload.nothing")
        return own
    entry = plan_entry(sheets, now=now)
    if len(entry.agencies) > MOST_ENTRIES:
        raise BreaksRule("sheet_upload.too_many", most=MOST_ENTRIES)
    return entry


def _keep(found: SheetUpload, plan: Plan, move: str) -> None:
    if plan.bad:
        found.state = SHEET_UPLOAD.step(found.state, "refuse")
        found.bad = [_plain(asdict(cell)) for cell in plan.bad[:MOST_SHOWN]]
        found.counts = {"bad": len(plan.bad)}
    else:
        found.digest, found.counts, found.told = plan.digest, plan.counts, plan.told()
        if move:
            found.state = SHEET_UPLOAD.step(found.state, move)
    db.session.flush()


def _plain(cell: dict[str, Any]) -> dict[str, Any]:
    facts = {name: one if isinstance(one, int) else str(one) for name, one in cell["facts"].items()}
    return cell | {"facts": facts}


def _obj(found: SheetUpload) -> str:
    return f"sheet_upload/{found.id}"
