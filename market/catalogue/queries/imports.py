"""Lists handed in at the desk."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from market.base.errors import NotFound
from market.catalogue.importing import BadCell, ListFiles, Upload
from market.catalogue.models import ListImport
from market.store.db import db


def import_of(import_id: int) -> ListImport:
    """The import with its files; NotFound("list_import.not_found")."""
    query = select(ListImport).where(ListImport.id == import_id).options(selectinload(ListImport.files))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("list_import.not_found")
    return found


def newest_imports() -> list[tuple[int, str, str]]:
    """Key, title and state of the ten newest imports."""
    query = select(ListImport.id, ListImport.title, ListImport.state).order_by(ListImport.id.desc()).limit(10)
    return [(key, title, state) for key, title, state in db.session.execute(query)]


def files_of(found: ListImport) -> ListFiles:
    """The import's files by their roles."""
    by_role = {one.role: Upload(one.name, one.content) for one in found.files}
    return ListFiles(**by_role)


def bad_of(found: ListImport) -> list[BadCell]:
    """The bad cells of a refused import."""
    return [BadCell(**cell) for cell in found.bad]
