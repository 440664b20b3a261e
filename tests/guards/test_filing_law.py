"""Filings and what they bring: the database refuses by itself what is not in the tables, whoever asks."""

from itertools import product

import pytest
from sqlalchemy import text

from market.agencies import actions, queries
from market.agencies.models import (
    AgencyPaper,
    Attachment,
    AuthorisedPerson,
    Filing,
    FilingReturn,
    Practitioner,
    Suspension,
)
from market.agencies.rules import AGENCY, FILING, PAPER, FilingState
from market.base.errors import Refusal
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.guards.raw import columns_of, insert, refused_check, refused_insert, refused_sql, run

STATES = {"agency": AGENCY, "filing": FILING, "agency_paper": PAPER}


def _rows(name):
    return db.session.execute(text(f"SELECT * FROM {name} ORDER BY id")).all()


def _world():
    """Filings in every state, each with a paper where it may have one."""
    for state in FilingState:
        make.make_agency(filed=state)
    agency = make.make_agency()
    for number in ("FAKE-1", "FAKE-2"):
        make.make_paper(agency=agency, number=number)
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        paper = actions.NewPaper("证书", "FAKE-3", "【虚构】", *[make.FIRST_DAY] * 2)
        row = AgencyPaper(agency_id=agency.id, filing_id=filing.id, state="filed", qualification="", major="", grade="",
                          name=paper.name, number=paper.number, issuer="", valid_from=paper.valid_from,
                          valid_until=paper.valid_until)  # fmt: skip
        db.session.add(row)


@pytest.mark.parametrize("name", list(STATES))
def test_every_move_that_is_not_in_the_table_is_refused_and_changes_no_row(session, name):
    lifecycle = STATES[name]
    lawful = {(source, move.target) for move in lifecycle.moves for source in move.sources}
    _world()
    before = _rows(name)
    states = {row.id: row.state for row in before}
    tried = 0
    for (row_id, old), new in product(states.items(), lifecycle.states):
        if old == new or (old, new) in lawful:
            continue
        with pytest.raises(Refusal), transaction():
            db.session.execute(text(f"UPDATE {name} SET state = :new WHERE id = :id"), {"new": new, "id": row_id})
        tried += 1
    assert tried >= 5
    assert _rows(name) == before


def test_a_filing_in_check_and_a_decided_one_stay_as_they_are(session):
    for state in (FilingState.IN_CHECK, FilingState.PASSED, FilingState.TAKEN_BACK):
        agency = make.make_agency(filed=state)
        for change in ("phone = '1'", "commitment_version = NULL", "kind = 'change'", "round = 9"):
            refused_sql("store.frozen", f"UPDATE filing SET {change} WHERE agency_id = :id", id=agency.id)
        refused_sql("store.frozen", "DELETE FROM filing WHERE agency_id = :id", id=agency.id)


def test_an_agency_has_one_open_filing_and_none_begins_decided(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    row = columns_of(Filing, queries.filing_of(agency.id).id)
    refused_insert("changed.meanwhile", Filing, row)
    refused_insert("store.no_such_move", Filing, row | {"state": "passed", "decided_at": row["opened_at"]})
    refused_check("filing_kind_known", Filing, row | {"kind": "gift"})


def test_a_reason_stands_at_its_own_field_and_only_while_the_desk_has_the_filing(session):
    checked, draft = make.make_agency(filed=FilingState.IN_CHECK), make.make_agency(filed=FilingState.DRAFT)
    row = {"filing_id": queries.filing_of(checked.id).id, "round": 1, "reason": "name_differs", "field": "name"}
    refused_check("filing_return_reason_at_its_field", FilingReturn, row | {"field": "papers"})
    refused_check("filing_return_reason_at_its_field", FilingReturn, row | {"reason": "other"})
    refused_insert("store.closed", FilingReturn, row | {"filing_id": queries.filing_of(draft.id).id})
    insert(FilingReturn, row)
    refused_sql("store.frozen", "UPDATE filing_return SET round = 2")


def test_papers_come_on_record_with_their_filing_alone_and_overlap_nowhere(session):
    agency = make.make_agency()
    paper = columns_of(AgencyPaper, make.make_paper(agency=agency, number="FAKE-1"))
    fresh = {"state": "filed", "recorded_at": None}
    refused_insert("filing.being_checked", AgencyPaper, paper | fresh | {"number": "FAKE-2"})
    with transaction() as now:
        actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
    open_ = {"filing_id": queries.filing_of(agency.id).id}
    refused_insert("store.no_such_move", AgencyPaper, paper | open_ | {"number": "FAKE-2"})
    refused_insert("paper.overlaps", AgencyPaper, paper | fresh | open_)
    refused_insert(
        "store.link_broken", AgencyPaper, paper | fresh | open_ | {"agency_id": make.make_agency().id, "number": "F"}
    )
    insert(AgencyPaper, paper | fresh | open_ | {"number": "FAKE-2"})
    refused_sql(
        "store.no_such_move", "UPDATE agency_paper SET state = 'on_record', recorded_at = :at WHERE state = 'filed'",
        at=str(paper["recorded_at"]),
    )  # fmt: skip
    refused_sql("store.frozen", "UPDATE agency_paper SET valid_until = '2199-01-01'")
    refused_sql("store.frozen", "DELETE FROM agency_paper")
    run("UPDATE agency_paper SET ended_filing_id = :id WHERE number = 'FAKE-1'", id=open_["filing_id"])
    insert(AgencyPaper, paper | fresh | open_)
    refused_sql("paper.overlaps", "UPDATE agency_paper SET ended_filing_id = NULL WHERE ended_filing_id IS NOT NULL")


def test_a_practitioner_of_another_agency_is_refused(session):
    one, other = make.make_agency(filed=FilingState.DRAFT), make.make_agency(filed=FilingState.DRAFT)
    said = {"name": "【虚构】", "certificate_kind": "注册测绘师", "certificate_number": "Z-1", "state": "filed"}
    said |= {"valid_from": make.FIRST_DAY, "valid_until": make.FIRST_DAY}
    for agency in (one, other):
        insert(Practitioner, said | {"agency_id": agency.id, "filing_id": queries.filing_of(agency.id).id})
    for agency in (one, other):
        run("UPDATE filing SET commitment_version = '2026-1', commitment_accepted_at = opened_at,"
            " commitment_accepted_by = (SELECT min(id) FROM account), submitted_at = opened_at,"
            " check_due_on = '2026-01-01', round = 1 WHERE agency_id = :id", id=agency.id)  # fmt: skip
        for step in ("state = 'in_check'", "state = 'passed', decided_at = opened_at"):
            run(f"UPDATE filing SET {step} WHERE agency_id = :id", id=agency.id)
    take = "UPDATE practitioner SET state = 'on_record', recorded_at = (SELECT min(opened_at) FROM filing)"
    run(take + " WHERE agency_id = :id", id=one.id)
    refused_sql("changed.meanwhile", take + " WHERE agency_id = :id", id=other.id)


def test_an_attachment_is_as_large_as_it_says_and_stays_once_sent(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    with transaction() as now:
        filing = queries.filing_of(agency.id)
        given = actions.NewAttachment("licence", "a.pdf", b"%PDF-1.7 %%EOF")
        made = actions.attach(filing, given, actor=agency.actor, now=now).id
        actions.accept_commitment(filing, actor=agency.actor, now=now)
    row = columns_of(Attachment, made)
    refused_check("attachment_size_is_true", Attachment, row | {"size": 7, "slot": "paper"})
    refused_check("attachment_media_type_known", Attachment, row | {"media_type": "text/html", "slot": "paper"})
    with transaction() as now:
        actions.submit(queries.filing_of(agency.id), actor=agency.actor, now=now)
    refused_insert("filing.being_checked", Attachment, row | {"slot": "paper"})
    refused_sql("store.frozen", "DELETE FROM attachment")


def test_no_single_person_suspends_an_agency(session):
    agency = make.make_agency()
    with transaction() as now:
        when = now
    row = {"agency_id": agency.id, "ground": "misconduct", "last_day": make.FIRST_DAY, "proposed_at": when}
    row |= {"proposed_by": agency.actor.id}
    refused_check("suspension_two_persons", Suspension, row | {"confirmed_at": when, "confirmed_by": agency.actor.id})
    refused_check("suspension_ground_known", Suspension, row | {"ground": "dislike"})
    insert(Suspension, row)
    refused_insert("changed.meanwhile", Suspension, row)
    refused_sql("store.constraint", "UPDATE agency SET state = 'suspended' WHERE id = :id", id=agency.id)
    assert AuthorisedPerson.__table__.info["moves"].lifecycle is PAPER
