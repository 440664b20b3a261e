"""The log is read by people who must not learn of a sealed quote: it names neither request, agency nor amount.

The private part says them, so that nobody changes a quote before the opening; its hash is salted and no page shows it.
"""

from sqlalchemy import select

from market.jobs.log import seal_log
from market.journal import queries
from market.journal.models import JournalRow
from market.journal.rules.leaf import leaf_of
from tests import make
from tests.journal.around import site_of
from tests.selection import around


def test_the_log_does_not_say_which_agency_quoted_on_what(app, client, session, at):
    at(around.MONDAY)
    service = make.make_listed_service()
    agency = make.make_offer(service=service).agency
    request = around.opened_request(make.make_enterprise(), service)
    around.quote(request, agency, 4_321_00)
    around.withdraw(request, agency)
    rows = session.scalars(select(JournalRow).where(JournalRow.act.startswith("quote."))).all()
    assert [(row.act, row.actor) for row in rows] == [
        ("quote.submit", "role:agency"),
        ("quote.withdraw", "role:agency"),
    ]
    sent, left = (row.payload for row in rows)
    assert left == {"by": agency.actor.id}
    assert (sent["request"], sent["agency"], list(sent["amounts"].values())) == (request.ref, agency.id, [4_321_00])
    assert sent["days"] == 5 and len(sent["lines"]) == 64 and len({row.salt for row in rows}) == 2
    name = rows[0].obj
    seal_log(site_of(app))
    read = [leaf_of(row).decode() for row in rows]
    session.commit()
    for path in ("/log/entries/{}", "/log/proof/{}", "/log/proof/{}.json"):
        read += [client.get(path.format(seq)).text for seq in range(queries.entries())]
    read.append(client.get(f"/log/objects/{name}").text)
    assert all(name in text for text in (read[0], read[-1]))
    hidden = (service.code, agency.ref, agency.name, sent["lines"], "4321.00", "4,321.00", "432100")
    about = [text for text in read if name in text]
    assert len(about) > 4 and not any(word in text for word in (*hidden, request.ref) for text in about)
