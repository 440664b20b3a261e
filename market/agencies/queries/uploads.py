"""Read sheets that were handed in, each by its own organisation only."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import undefer

from market.agencies.models import SheetUpload
from market.agencies.rules.uploads import UploadPurpose
from market.base.errors import NotFound
from market.base.people import Actor
from market.base.sheets.cells import BadCell
from market.store.db import db


def upload_of(actor: Actor, purpose: UploadPurpose, upload_id: int) -> SheetUpload:
    """A sheet of the actor's organisation with its content; NotFound("sheet_upload.not_found")."""
    found = db.session.scalar(upload_lock(actor, purpose, upload_id).options(undefer(SheetUpload.content)))
    if found is None:
        raise NotFound("sheet_upload.not_found")
    return found


def upload_lock(actor: Actor, purpose: UploadPurpose, upload_id: int) -> Select[Any]:
    """The row to lock while a sheet is confirmed."""
    mine = (SheetUpload.organisation_id == actor.organisation, SheetUpload.purpose == purpose)
    return select(SheetUpload).where(SheetUpload.id == upload_id, *mine)


def newest_uploads(actor: Actor, purpose: UploadPurpose) -> list[SheetUpload]:
    """The ten newest sheets of the actor's organisation, without their content."""
    mine = (SheetUpload.organisation_id == actor.organisation, SheetUpload.purpose == purpose)
    return list(db.session.scalars(select(SheetUpload).where(*mine).order_by(SheetUpload.id.desc()).limit(10)))


def bad_of(found: SheetUpload) -> list[BadCell]:
    """The bad cells of a sheet."""
    return [BadCell(**cell) for cell in found.bad]
