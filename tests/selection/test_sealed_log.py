"""The log is read by people who must not learn of a sealed quote: it names neither request, agency nor amount."""

from sqlalchemy import select

from market.journal.models import JournalRow
from tests import make
from tests.selection import around


def test_the_log_does_not_say_which_agency_quoted_on_what(session, at):
    at(around.MONDAY)
    service = make.make_listed_service()
    agency = make.make_offer(service=service).agency
    request = around.opened_request(make.make_enterprise(), service)
    around.quote(request, agency, 4_000_00)
    around.withdraw(request, agency)
    rows = session.scalars(select(JournalRow).where(JournalRow.act.startswith("quote."))).all()
    assert [(row.act, row.actor) for row in rows] == [
        ("quote.submit", "role:agency"),
        ("quote.withdraw", "role:agency"),
    ]
    assert all(row.payload == {"by": agency.actor.id} and request.ref not in row.obj for row in rows)
