"""Entry has no gate: who accepts the commitment letter is in after a check of the form; the desk can only return."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from market.accounts.actions import NewOrganisation, NewUser
from market.agencies import actions, queries
from market.agencies.models import Agency
from market.agencies.rules import AGENCY, AgencyKind, AgencyState, ReturnReason
from market.base.people import Actor, OrganisationKind, Role
from market.journal.queries import history
from market.notices.queries import inbox
from market.store.transaction import transaction
from tests import make

FRIDAY = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
PROFILE = actions.Profile(AgencyKind.COMPANY, "【虚构】某某", "000-00000001", "虚构省虚构市")
PAPER = actions.NewPaper("【虚构】资质证书", "FAKE-0001", "【虚构】协会", date(2025, 1, 1), date(2030, 1, 1))


def _send(agency):
    with transaction() as now:
        mine = queries.agency_of(agency.actor)
        actions.accept_commitment(mine, actor=agency.actor, now=now)
        actions.submit(mine, actor=agency.actor, now=now)


def _in_check():
    agency = make.make_agency(state=AgencyState.DRAFT)
    _send(agency)
    return agency


def test_an_agency_registers_itself_with_its_first_person(session):
    body = NewOrganisation(OrganisationKind.AGENCY, "【虚构】样例（测试）", make.make_uscc(1))
    with transaction() as now:
        member = actions.register(body, NewUser("a@example.invalid", "【虚构】", make.PASSWORD), PROFILE, now=now)
        actor = Actor(member.user_id, Role.AGENCY, member.organisation_id)
    agency = queries.agency_of(actor)
    assert (agency.state, agency.organisation.is_fictitious) == (AgencyState.DRAFT, True)
    assert [row.act for row in history(f"agency/{agency.ref}")] == ["agency.register"]


def test_an_organisation_has_one_registration(session):
    agency = make.make_agency(state=AgencyState.DRAFT)
    with make.refuses("changed.meanwhile"), transaction() as now:
        actions.begin(PROFILE, actor=agency.actor, now=now)


def test_nothing_is_sent_without_the_commitment(session):
    agency = make.make_agency(state=AgencyState.DRAFT)
    with make.refuses("agency.commitment_needed"), transaction() as now:
        actions.submit(queries.agency_of(agency.actor), actor=agency.actor, now=now)


def test_the_check_is_due_two_working_days_after_the_sending(session, at):
    at(FRIDAY)
    agency = _in_check()
    mine = queries.agency_of(agency.actor)
    assert mine.check_due_on == date(2026, 3, 10)
    assert mine.commitment_accepted_by == agency.actor.id
    [waiting] = queries.waiting_for_check()
    assert (waiting.ref, waiting.due_on) == (agency.ref, date(2026, 3, 10))


def test_the_most_urgent_application_stands_first(session, at):
    at(FRIDAY)
    first = _in_check()
    at(FRIDAY + timedelta(days=1))
    second = _in_check()
    assert [row.ref for row in queries.waiting_for_check()] == [first.ref, second.ref]


def test_the_desk_hears_of_an_application_and_the_agency_of_the_answer(session):
    desk = make.make_person(role=Role.ADMISSION_DESK)
    agency = _in_check()
    assert [notice.code for notice in inbox(desk.organisation_id, 9)] == ["notice.agency.submitted"]
    with transaction() as now:
        actions.admit(queries.application_of(agency.ref), actor=desk.actor, now=now)
    assert [notice.code for notice in inbox(agency.organisation_id, 9)] == ["notice.agency.admitted"]
    assert queries.admitted_agency(agency.ref).agency.decided_by == desk.actor.id
    acts = [row.act for row in history(f"agency/{agency.ref}")]
    assert acts == ["agency.accept_commitment", "agency.submit", "agency.admit"]


@pytest.mark.parametrize("reasons", [[], ["other"], [ReturnReason.PAPER_EXPIRED, "too_small"]])
def test_an_application_is_returned_only_for_reasons_of_the_closed_list(session, reasons):
    desk, agency = make.make_person(role=Role.ADMISSION_DESK), _in_check()
    with make.refuses("agency.reason_needed"), transaction() as now:
        actions.send_back(queries.application_of(agency.ref), reasons, actor=desk.actor, now=now)


def test_a_returned_application_is_corrected_and_sent_again(session):
    desk, agency = make.make_person(role=Role.ADMISSION_DESK), _in_check()
    with transaction() as now:
        reasons = [ReturnReason.PAPER_UNREADABLE]
        actions.send_back(queries.application_of(agency.ref), reasons, actor=desk.actor, now=now)
    assert queries.agency_of(agency.actor).return_reasons == ["paper_unreadable"]
    _send(agency)
    assert queries.agency_of(agency.actor).return_reasons == []
    assert queries.agency_of(agency.actor).state == AgencyState.IN_CHECK


@pytest.mark.parametrize("state", list(AgencyState))
@pytest.mark.parametrize("event", ["submit", "admit", "return"])
def test_every_move_that_is_not_in_the_table_is_refused(app, state, event):
    if AGENCY.allows(state, event):
        assert AGENCY.step(state, event) in set(AgencyState)
    else:
        with make.refuses("lifecycle.no_such_move"):
            AGENCY.step(state, event)


def test_what_the_desk_checks_does_not_change_under_its_hands(session):
    agency = _in_check()
    with make.refuses("agency.being_checked"), transaction() as now:
        actions.save_profile(queries.agency_of(agency.actor), PROFILE, actor=agency.actor, now=now)
    with make.refuses("changed.meanwhile"):
        actions.require_unchanged(queries.agency_of(agency.actor), 0)


def test_after_admission_the_kind_stays_and_the_contact_may_change(session):
    agency = make.make_agency()
    moved = actions.Profile(AgencyKind.SOLE_TRADER, "【虚构】甲", "000-00000009", "虚构省虚构县")
    with transaction() as now:
        actions.save_profile(queries.agency_of(agency.actor), moved, actor=agency.actor, now=now)
    mine = queries.agency_of(agency.actor)
    assert (mine.kind, mine.phone) == (AgencyKind.COMPANY, "000-00000009")


def test_a_paper_is_taken_back_before_the_sending_and_stays_after_it(session):
    agency = make.make_agency(state=AgencyState.DRAFT)
    with transaction() as now:
        mine = queries.agency_of(agency.actor)
        gone = actions.add_paper(mine, PAPER, actor=agency.actor, now=now)
        actions.remove_paper(mine, gone, actor=agency.actor, now=now)
        kept = actions.add_paper(mine, PAPER, actor=agency.actor, now=now).id
    _send(agency)
    with make.refuses("agency.paper_stays"), transaction() as now:
        mine = queries.agency_of(agency.actor)
        actions.remove_paper(mine, queries.paper_of(mine.id, kept), actor=agency.actor, now=now)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((date(2026, 2, 1), date(2026, 1, 1)), "paper.interval"),
        ((date(2020, 1, 1), date(2021, 1, 1)), "paper.expired"),
    ],
)
def test_a_paper_that_is_no_use_is_refused(session, at, days, code):
    at(FRIDAY)
    agency = make.make_agency(state=AgencyState.DRAFT)
    with make.refuses(code), transaction() as now:
        paper = actions.NewPaper("证书", "FAKE-9", "【虚构】", *days)
        actions.add_paper(queries.agency_of(agency.actor), paper, actor=agency.actor, now=now)


def test_a_paper_is_on_record_once(session):
    agency = make.make_agency(state=AgencyState.DRAFT)
    with make.refuses("paper.number_taken"), transaction() as now:
        for _ in range(2):
            actions.add_paper(queries.agency_of(agency.actor), PAPER, actor=agency.actor, now=now)


def test_another_agencys_papers_and_an_unadmitted_agencys_page_are_not_found(session):
    one, other = make.make_agency(state=AgencyState.DRAFT), make.make_agency()
    with transaction() as now:
        paper = actions.add_paper(queries.agency_of(one.actor), PAPER, actor=one.actor, now=now).id
    with make.refuses("paper.not_found"):
        queries.paper_of(other.id, paper)
    for look in (queries.admitted_agency, queries.application_of):
        with make.refuses("agency.not_found"):
            look(one.ref)
    with make.refuses("agency.not_found"):
        queries.agency_of(make.make_enterprise().actor)


def test_two_desks_cannot_decide_the_same_application(session):
    desk, agency = make.make_person(role=Role.ADMISSION_DESK), _in_check()
    with transaction() as now:
        actions.admit(queries.application_of(agency.ref), actor=desk.actor, now=now)
    with make.refuses("lifecycle.no_such_move"), transaction() as now:
        reasons = [ReturnReason.PAPER_EXPIRED]
        actions.send_back(queries.application_of(agency.ref), reasons, actor=desk.actor, now=now)
    assert session.scalar(select(Agency.state).where(Agency.ref == agency.ref)) == AgencyState.ADMITTED
