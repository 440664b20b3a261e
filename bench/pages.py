"""How many statements each page sends, signed in and uncached."""

import os
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from bench.city import build_city, environment, signed_in
from bench.lines import told
from market.agencies.models import Agency
from market.agencies.rules import AgencyState
from market.selection.models import Request
from market.store.db import db

QUIET = ("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")
LIMITS = {"/list": 6, "/list/ZJ-0011": 6}
OTHERS = 12


def main() -> int:
    """Count and print; 1 when a page sends more than it may."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(Path(folder)))
        app = build_city()
        cookie = signed_in(app)
        with app.app_context():
            agency = db.session.scalar(select(Agency.ref).where(Agency.state == AgencyState.ADMITTED).limit(1))
            notice = db.session.scalar(select(Request.ref).where(Request.published_at.is_not(None)).limit(1))
        paths = ["/", "/agencies", f"/agencies/{agency}", "/notices", f"/notices/{notice}", "/evaluation", "/desk"]
        client = app.test_client(use_cookies=False)
        missed = 0
        for path in (*LIMITS, *paths):
            client.get(path, headers={"Cookie": cookie})  # what is read once per process is not the page's
            statements = counted(lambda path=path: client.get(path, headers={"Cookie": cookie}))  # type: ignore[misc]
            missed += told(f"statements of {path}", statements, LIMITS.get(path, OTHERS))
        with app.app_context():
            db.engine.dispose()
    return int(missed > 0)


def counted(act: Any) -> int:
    """How many statements an act sends."""
    sent: list[str] = []

    def note(*given: Any) -> None:
        if not given[2].startswith(QUIET):
            sent.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise RuntimeError(f"a page answered {answer.status_code}")
    return len(sent)
