"""`flask log verify` and the tables that have a state: whichever row a cheating operator moves is named.

The world is made through the actions alone, so that the log knows all of it. The list of tables is the models' own: a
new table with a state fails here until the log can tell of it, or until it is named in NOT_TOLD with the reason.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from market.agencies import actions as agencies
from market.agencies.actions import uploads
from market.agencies.importing import read_sheets
from market.agencies.models import Agency, Offer
from market.agencies.queries import agency_of, offer_of
from market.agencies.rules import Fixed, PauseReason
from market.agencies.rules.uploads import UploadPurpose
from market.base.errors import BreaksRule
from market.base.people import Actor
from market.base.sheets.uploads import Upload
from market.catalogue.actions import imports
from market.catalogue.models import Edition
from market.catalogue.queries import entry_of
from market.evaluation import actions as evaluation
from market.jobs import draws as draw_jobs
from market.jobs import log_verifying
from market.jobs.catalogue import bring_list_into_force
from market.journal.actions import record
from market.store.db import Base, db
from market.store.transaction import transaction
from tests import make
from tests.agencies.sheets import PAPER, workbook
from tests.cheating import past_the_laws
from tests.contracts import chain
from tests.journal.around import site_of
from tests.journeys.editions import BEFORE_DAY, FIRST_MOMENT, both_editions
from tests.oversight import around as voices
from tests.selection import draws
from tests.selection.around import DEADLINE

At = Callable[[datetime], datetime]
# Tables with a column `state` of which no act tells, and why.
NOT_TOLD: dict[str, str] = {}
# What a row says in each state beside it, where a CHECK wants more than the word.
BESIDE = {
    ("agency", "suspended"): "suspended_until = '2099-01-01', exited_at = NULL",
    ("agency_paper", "ended"): "ended_at = recorded_at",
    ("practitioner", "ended"): "ended_at = recorded_at",
    ("authorised_person", "ended"): "ended_at = recorded_at",
    ("contract", "delivered"): "accepted_at = NULL, actual_days = NULL",
    ("edition", "in_review"): "approved_by = NULL, published_at = NULL, effective_from = NULL",
    ("list_import", "refused"): "edition_number = NULL",
    ("offer", "withdrawn"): "withdrawn_at = marked_at",
    ("quote", "withdrawn"): "withdrawn_at = submitted_at",
    ("round", "computed"): "computed_by = opened_by, computed_at = opened_at",
    ("sheet_upload", "written"): "written_at = uploaded_at",
    ("voice", "answered"): "answered_on = due_on",
}
# A row that the story left in one state, and the state to which it is moved.
FLIPS = {
    "agency": ("admitted", "suspended"),
    "agency_paper": ("on_record", "ended"),
    "authorised_person": ("on_record", "ended"),
    "award": ("active", "void"),
    "contract": ("accepted", "delivered"),
    "draw": ("drawn", "frozen"),
    "edition": ("published", "in_review"),
    "fee_note": ("issued", "declared"),
    "filing": ("passed", "returned"),
    "list_import": ("failed", "refused"),
    "offer": ("in_force", "withdrawn"),
    "practitioner": ("on_record", "ended"),
    "quote": ("standing", "withdrawn"),
    "request": ("awarded", "open"),
    "round": ("open", "computed"),
    "sheet_upload": ("ready", "written"),
    "voice": ("received", "answered"),
}


def wrong(app: Flask) -> list[str]:
    """What `flask log verify` says of acts and states; that acts wait for their numbers is no fault."""
    with app.app_context():
        found = log_verifying.verify(site_of(app)).wrong
        db.session.remove()
        return list(map(str, found))


def told_edition() -> None:
    """Tell the log of the editions that `make` wrote past the actions."""
    with transaction() as now:
        for number in db.session.scalars(select(Edition.number)):
            for act in ("edition.import", "edition.submit", "edition.publish"):
                record(act, f"edition/{number}", actor=Actor.system(), payload={}, now=now)


def papers(agency: make.MadeAgency) -> None:
    """Bring a paper, somebody with a certificate and somebody who may act, and have the desk pass it."""
    days = date(2026, 1, 1), date(2099, 1, 1)
    with transaction() as now:
        filing = agencies.begin_change(agency_of(agency.actor), actor=agency.actor, now=now)
        by = {"actor": agency.actor, "now": now}
        agencies.add_paper(filing, agencies.NewPaper("【虚构】证书", f"FAKE-{agency.id}", "【虚构】", *days), **by)
        person = agencies.NewPractitioner("【虚构】某", "【虚构】执业证", f"FAKE-{agency.id}", *days)
        agencies.add_practitioner(filing, person, **by)
        agencies.add_person(filing, agencies.NewPerson("【虚构】某某", "000-0", *days), **by)
    make.pass_filing(agency)


def handed_in(agency: make.MadeAgency) -> None:
    """A sheet that waits to be confirmed, and a list that failed."""
    with transaction() as now:
        code = agency_of(agency.actor).organisation.uscc
        given = workbook({"papers": [{**PAPER, "agency_code": code}]})
        uploads.take_in(given, read_sheets(given), UploadPurpose.OWN, actor=agency.actor, now=now)
        handed = imports.Handed({"items": Upload("list.csv", b"x")}, "【虚构】", False)
        found = imports.take_in(handed, actor=agency.actor, now=now)
        imports.begin_check(found, now=now)
        imports.fail(found, BreaksRule("import.nothing"), actor=agency.actor, now=now)


@pytest.fixture
def world(app: Flask, at: At, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A drawn request whose first rank refused, a paid service, and a row of every other kind."""
    monkeypatch.setattr(draws, "make_agency", make.register_agency)
    with app.app_context():
        made = draws.made(at, agencies=3)
        by_id = {one.id: one for one in made.agencies}
        at(DEADLINE)
        draw_jobs.watch_draws(())
        draws.beacon_comes(made.ref)
        at(draws.BEACON)
        draw_jobs.watch_draws(())
        with transaction():
            first = db.session.scalar(text("SELECT agency_id FROM award"))
        draws.refuse(made.ref, by_id[first])
        offer = make.make_offer(agency=made.agencies[0], service=made.service)
        chain.make_fee_note(contract=chain.make_contract(offer=offer))
        papers(made.agencies[1])
        handed_in(made.agencies[1])
        voices.send()
        with transaction() as now:
            evaluation.seed_scheme(now)
            evaluation.open_round(2026, "demo-1", actor=made.buyer.actor, now=now)
        told_edition()
        db.session.remove()
    yield


@pytest.mark.usefixtures("world")
def test_a_row_of_any_table_that_is_moved_to_another_state_is_named(app: Flask, owner_url: str) -> None:
    tables = {table.name for table in Base.metadata.tables.values() if "state" in table.c}
    assert tables - NOT_TOLD.keys() == FLIPS.keys()
    assert wrong(app) == []
    for table, (old, new) in FLIPS.items():
        with app.app_context():
            row = db.session.execute(
                text(f"SELECT * FROM {table} WHERE state = :old ORDER BY id DESC"), {"old": old}
            ).mappings().first()  # fmt: skip
            db.session.remove()
        assert row is not None, table
        beside = BESIDE.get((table, new), "")
        past_the_laws(
            owner_url, f"UPDATE {table} SET state = '{new}'{', ' if beside else ''}{beside} WHERE id = {row['id']}"
        )
        said = wrong(app)
        assert any(f"the table says '{new}', the log '{old}'" in line for line in said), (table, said)
        names = [part.partition(" = ")[0] for part in beside.split(", ")] if beside else []
        back = ", ".join(f"{name} = {_literal(row[name])}" for name in ["state", *names])
        past_the_laws(owner_url, f"UPDATE {table} SET {back} WHERE id = {row['id']}")
        assert wrong(app) == [], table
    past_the_laws(owner_url, """UPDATE journal_row SET payload = '{"by": 1}' WHERE act <> 'quote.submit'""")
    assert {line.rpartition(" is ")[2] for line in wrong(app)} == {"not the one that was hashed"}
    # What only the private parts knew is not known to be wrong; what the leaves tell still is.
    past_the_laws(owner_url, "UPDATE journal_row SET salt = NULL, payload = NULL")
    assert {line.rpartition(", ")[2] for line in wrong(app)} == {"and no act of the log says that it may be"}
    past_the_laws(owner_url, "UPDATE award SET state = 'void' WHERE state = 'active'")
    assert any("the table says 'void', the log 'active'" in line for line in wrong(app))


def test_prices_that_ended_were_taken_back_or_went_on_into_the_next_edition_are_told(
    app: Flask, at: At, owner_url: str
) -> None:
    at(BEFORE_DAY)
    with app.app_context():
        both = both_editions()
        service = both.same["market"]
        pauses, ends, goes_on = (make.make_offer(service=service) for _ in range(3))
        later = BEFORE_DAY + timedelta(minutes=30)
        for made in (ends, goes_on):
            with transaction() as now:
                entry = entry_of(service.code, db.session.get_one(Edition, service.edition_id))
                given = agencies.Marking(
                    entry, dict.fromkeys(service.fee_item_ids, Fixed(6_000_00)), 9, agencies.Terms(effective_from=later)
                )
                announced = agencies.mark_price(
                    db.session.get_one(Agency, made.agency.id), given, actor=made.agency.actor, now=now
                )
                if made is goes_on:
                    agencies.withdraw_offer(announced, actor=made.agency.actor, now=now)
        with transaction() as now:
            mine = offer_of(pauses.agency.id, pauses.id)
            agencies.pause_offer(mine, PauseReason.EQUIPMENT, actor=pauses.agency.actor, now=now)
        db.session.remove()
    at(FIRST_MOMENT)
    with app.app_context():
        bring_list_into_force()
        told = db.session.execute(select(Offer.id, Offer.carried_from, Offer.state, Offer.ends_at).order_by(Offer.id))
        rows = {row.id: row for row in told}
        after = {row.carried_from: row.id for row in rows.values() if row.carried_from}
        db.session.remove()
    assert (rows[after[pauses.id]].state, rows[ends.id].ends_at) == ("paused", later)
    assert offers_wrong(app) == []
    for offer_id, change, said in (
        (after[pauses.id], "state = 'in_force'", "the table says 'in_force', the log 'paused'"),
        (max(after.values()), "state = 'paused'", "the table says 'paused', the log 'in_force'"),
        (pauses.id, "state = 'in_force'", "the table says 'in_force', the log 'paused'"),
        (ends.id, "ends_at = '2026-03-05 03:00:00.000000'", f"the log '{later.astimezone(UTC)}'"),
        (goes_on.id, "ends_at = '2026-03-05 03:00:00.000000'", f"the log '{later.astimezone(UTC)}'"),
    ):
        before = offers_wrong(app)
        past_the_laws(owner_url, f"UPDATE offer SET {change} WHERE id = {offer_id}")
        (new,) = set(offers_wrong(app)) - set(before)
        assert f"offer {offer_id}: " in new and new.endswith(said)
    past_the_laws(owner_url, f"UPDATE carry_over SET outcome = 'days' WHERE offer_id = {pauses.id}")
    assert any("the outcomes settled at" in line for line in offers_wrong(app))


def offers_wrong(app: Flask) -> list[str]:
    """What is wrong of prices; the tests' own agencies and editions have no acts."""
    return [line for line in wrong(app) if line.startswith("offer")]


def _literal(value: Any) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"
