"""Files handed in at a desk: agencies' sheets and lists. Whether a list waits or is being checked is the clock's note
to itself, of which no act tells."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select

from market.agencies.models import SheetUpload
from market.agencies.rules.uploads import UploadState
from market.catalogue.models import ListImport
from market.catalogue.rules import ImportState
from market.journal.queries.checking import Act, of_acts
from market.journal.rules.finding import Finding
from market.pages.queries.log_words import UNKNOWN, Thing, in_log_only, unlike
from market.store.db import db

_NOT_CHECKED = frozenset({str(ImportState.WAITING), str(ImportState.CHECKING)})
_EITHER = frozenset({str(UploadState.READY), str(UploadState.REFUSED)})


def _handed_in(act: Act) -> dict[str, Any]:
    if act.payload is None:
        return {"state": _EITHER, "written_at": None}
    return {"state": UploadState.REFUSED if act.payload["bad"] else UploadState.READY, "written_at": None}


def _drafted(act: Act) -> dict[str, Any]:
    return {"state": ImportState.DRAFTED, "edition_number": (act.payload or {}).get("edition", UNKNOWN)}


Says = dict[str, Callable[[Act], dict[str, Any]]]
_SHEETS: Says = {
    "sheet_upload.hand_in": _handed_in,
    "sheet_upload.refuse": lambda _act: {"state": UploadState.REFUSED, "written_at": None},
    "sheet_upload.write": lambda act: {"state": UploadState.WRITTEN, "written_at": act.t},
}
_LISTS: Says = {
    "list_import.upload": lambda _act: {"state": _NOT_CHECKED, "edition_number": None},
    "list_import.refuse": lambda _act: {"state": ImportState.REFUSED, "edition_number": None},
    "list_import.fail": lambda _act: {"state": ImportState.FAILED, "edition_number": None},
    "list_import.draft": _drafted,
}


def differing_uploads() -> Iterator[Finding]:
    """Files whose state is not the one that their last act says. Four queries."""
    yield from _compared("sheet_upload", _SHEETS, SheetUpload)
    yield from _compared("list_import", _LISTS, ListImport)


def _compared(kind: str, says: Says, model: type[SheetUpload | ListImport]) -> Iterator[Finding]:
    said = {act.obj: says[act.act](act) for act in of_acts(says)}
    beside = "written_at" if model is SheetUpload else "edition_number"
    seen = set()
    for row_id, state, value in db.session.execute(select(model.id, model.state, getattr(model, beside))):
        name = f"{kind}/{row_id}"
        seen.add(name)
        yield from unlike(Thing(name, kind), {"state": state, beside: value}, said.get(name))
    yield from (in_log_only(Thing(name, kind), said[name]["state"]) for name in said.keys() - seen)
