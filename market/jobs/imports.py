"""What the clock does with lists handed in at the desk."""

from market.accounts.queries import actor_of
from market.base import clock
from market.base.errors import Refusal
from market.catalogue.actions.imports import conclude, fail, take_up, tell_progress
from market.catalogue.exporting import read_beside
from market.catalogue.queries import edition_in_force_or_none
from market.catalogue.queries.export import export_of
from market.catalogue.queries.imports import files_of, import_of
from market.store.transaction import transaction

TOLD_FROM = 300
"""Rows from which progress is written; fewer are checked before anybody could read it."""


def check_lists() -> int:
    """Check the lists that were handed in at the desk, one after the other; how many.

    Progress is written while the rows are checked. Safe to run twice and by two processes at once.
    """
    checked = 0
    while True:
        with transaction() as now:
            found = take_up(now=now)
            if found is None:
                return checked
            import_id = found.id
        _check_list(import_id)
        checked += 1


def _check_list(import_id: int) -> None:
    with transaction():
        found = import_of(import_id)
        files, actor = files_of(found), actor_of(found.uploaded_by)
        edition = edition_in_force_or_none(clock.today())
        before = export_of(edition) if edition else None
    try:
        data = read_beside(files, before, lambda done, total: _tell(import_id, done, total))
        with transaction() as now:
            conclude(import_of(import_id), data, actor=actor, now=now)
    except Refusal as refusal:
        with transaction() as now:
            fail(import_of(import_id), refusal, actor=actor, now=now)


def _tell(import_id: int, done: int, total: int) -> None:
    if total > TOLD_FROM:
        with transaction():
            tell_progress(import_id, done, total)
