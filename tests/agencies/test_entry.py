"""Entry has no gate: who accepts the commitment letter is in after a check of the form; the desk can only return."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from market.accounts.actions import NewOrganisation, NewUser
from market.agencies import actions, queries
from market.agencies.models import Agency, Filing
from market.agencies.queries.filings import filing_then
from market.agencies.queries.on_record import record_then
from market.agencies.rules import AgencyKind, AgencyState, FilingKind, FilingState, ReturnReason, SuspensionGround
from market.base import uscc
from market.base.people import Actor, OrganisationKind, Role
from market.journal.queries import history
from market.notices.queries import inbox
from market.store.transaction import transaction
from tests import make

FRIDAY = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
PROFILE = actions.Profile(AgencyKind.COMPANY, "【虚构】某某", "000-00000001", "虚构省虚构市")
PAPER = actions.NewPaper("【虚构】资质证书", "FAKE-0001", "【虚构】协会", date(2025, 1, 1), date(2030, 1, 1))


def _mine(agency):
    return queries.filing_of(agency.id)


def _send(agency):
    with transaction() as now:
        filing = _mine(agency)
        actions.accept_commitment(filing, actor=agency.actor, now=now)
        actions.submit(filing, actor=agency.actor, now=now)


def _change(agency, profile):
    """A change that is sent in."""
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        actions.save_profile(filing, profile, actor=agency.actor, now=now)
    _send(agency)


def _pass(agency):
    desk = make.make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        actions.pass_filing(_mine(agency), actor=desk.actor, now=now)


def test_an_agency_registers_itself_with_its_first_person(session):
    body = NewOrganisation(OrganisationKind.AGENCY, "【虚构】样例（测试）", make.make_uscc(1))
    with transaction() as now:
        member = actions.register(body, NewUser("a@example.invalid", "【虚构】", make.PASSWORD), PROFILE, now=now)
        actor = Actor(member.user_id, Role.AGENCY, member.organisation_id)
    agency = queries.agency_of(actor)
    assert (agency.state, agency.phone, agency.organisation.is_fictitious) == (AgencyState.ENTERING, "", True)
    assert (_mine(agency).state, _mine(agency).kind) == (FilingState.DRAFT, FilingKind.ENTRY)
    assert [row.act for row in history(f"agency/{agency.ref}")] == ["agency.register", "filing.begin"]


def test_an_agency_has_one_open_filing(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    with make.refuses("filing.one_at_a_time"), transaction() as now:
        actions.begin(PROFILE, actor=agency.actor, now=now)


def test_nothing_is_sent_without_the_commitment_or_half_filled_in(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    with make.refuses("filing.commitment_needed"), transaction() as now:
        actions.submit(_mine(agency), actor=agency.actor, now=now)
    with make.refuses("filing.incomplete"), transaction() as now:
        blank = actions.Profile(AgencyKind.COMPANY, " ", "1", "2")
        actions.save_profile(_mine(agency), blank, actor=agency.actor, now=now)
        actions.accept_commitment(_mine(agency), actor=agency.actor, now=now)
        actions.submit(_mine(agency), actor=agency.actor, now=now)


def test_the_check_is_due_two_working_days_later_and_the_desk_is_told(session, at):
    at(FRIDAY)
    desk = make.make_person(role=Role.ADMISSION_DESK)
    agency = make.make_agency(filed=FilingState.DRAFT)
    _send(agency)
    assert _mine(agency).check_due_on == date(2026, 3, 10)
    assert [row.code for row in inbox(desk.organisation_id, limit=9)] == ["notice.filing.submitted"]
    assert [row.ref for row in queries.waiting_for_check()] == [agency.ref]


def test_an_overdue_check_goes_up_to_the_supervisor_once(session, at):
    at(FRIDAY)
    supervisor = make.make_person(role=Role.SUPERVISOR)
    _send(make.make_agency(filed=FilingState.DRAFT))
    for days, told in ((4, 0), (5, 1), (6, 0)):
        at(FRIDAY + timedelta(days=days))
        with transaction() as now:
            assert actions.escalate_overdue(now=now) == told
    assert [row.code for row in inbox(supervisor.organisation_id, limit=9)] == ["notice.filing.overdue"]
    assert len(queries.overdue_checks(date(2026, 3, 12))) == 1


def test_a_return_names_reasons_of_the_closed_list_at_their_fields(session):
    desk, agency = make.make_person(role=Role.ADMISSION_DESK), make.make_agency(filed=FilingState.DRAFT)
    _send(agency)
    wrong = ([], ["we do not like it"], [(ReturnReason.NAME_DIFFERS, "papers")], [("name_differs", "colour")])
    for reasons in wrong:
        with make.refuses("filing.reason_needed"), transaction() as now:
            actions.send_back(_mine(agency), reasons, actor=desk.actor, now=now)
    with transaction() as now:
        given = [(ReturnReason.PAPER_UNREADABLE, "attachments"), ReturnReason.PAPER_EXPIRED]
        actions.send_back(_mine(agency), given, actor=desk.actor, now=now)
    returned = {"attachments": ["paper_unreadable"], "papers": ["paper_expired"]}
    assert queries.filing_view(_mine(agency), 0).returned == returned
    _send(agency)
    assert queries.returned_by_field(_mine(agency)) == {}
    assert (_mine(agency).state, _mine(agency).round) == (FilingState.IN_CHECK, 2)


def test_what_the_desk_checks_does_not_change_under_its_hands(session):
    agency = make.make_agency(filed=FilingState.IN_CHECK)
    for act in (
        lambda filing, now: actions.save_profile(filing, PROFILE, actor=agency.actor, now=now),
        lambda filing, now: actions.add_paper(filing, PAPER, actor=agency.actor, now=now),
        lambda filing, now: actions.choose_services(filing, [], actor=agency.actor, now=now),
        lambda filing, now: actions.accept_commitment(filing, actor=agency.actor, now=now),
    ):
        with make.refuses("filing.being_checked"), transaction() as now:
            act(_mine(agency), now)


def test_of_two_savers_of_one_form_the_second_is_told_and_nothing_is_lost(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    seen = _mine(agency).row_version
    with transaction() as now:
        filing = _mine(agency)
        actions.require_unchanged(filing, seen)
        actions.save_profile(filing, PROFILE, actor=agency.actor, now=now)
    with make.refuses("changed.meanwhile"), transaction():
        actions.require_unchanged(_mine(agency), seen)
    assert actions.profile_of(_mine(agency)) == replace(PROFILE, name=agency.name)


def test_the_old_version_serves_while_a_change_is_checked(session):
    agency = make.make_agency()
    before = queries.agency_of(agency.actor).address
    moved = actions.Profile(AgencyKind.COMPANY, "【虚构】甲", "000-00000009", "虚构省虚构县")
    _change(agency, moved)
    assert queries.agency_of(agency.actor).address == before
    _pass(agency)
    assert actions.profile_of(queries.agency_of(agency.actor)) == moved
    assert [filing.kind for filing in queries.filings_of(agency.id)] == ["change", "entry"]


def test_after_admission_the_kind_stays(session):
    agency = make.make_agency()
    with make.refuses("filing.kind_stays"), transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        other = actions.Profile(AgencyKind.SOLE_TRADER, "甲", "1", "2")
        actions.save_profile(filing, other, actor=agency.actor, now=now)


def test_services_applied_for_are_on_the_list(session):
    service, agency = make.make_listed_service(), make.make_agency(filed=FilingState.DRAFT)
    with make.refuses("filing.unknown_service"), transaction() as now:
        actions.choose_services(_mine(agency), [service.code, "ZJ-9999"], actor=agency.actor, now=now)
    with transaction() as now:
        actions.choose_services(_mine(agency), [service.code], actor=agency.actor, now=now)
    assert [row[1] for row in queries.services_of(_mine(agency).id, service.edition_id)] == [service.code]


def test_an_agency_as_of_any_moment_is_what_had_passed_by_then(session, at):
    at(FRIDAY)
    agency = make.make_agency()
    at(FRIDAY + timedelta(days=10))
    make.make_paper(agency=agency, number="FAKE-A")
    at(FRIDAY + timedelta(days=20))
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        anew = replace(actions.profile_of(filing), name="【虚构】新名")
        actions.save_profile(filing, anew, actor=agency.actor, now=now)
        actions.remove(filing, queries.papers_of(agency.id)[0], actor=agency.actor, now=now)
        person = actions.NewPractitioner("【虚构】", "注册测绘师", "Z-1", date(2025, 1, 1), date(2027, 1, 1))
        actions.add_practitioner(filing, person, actor=agency.actor, now=now)
    _send(agency)
    _pass(agency)

    def then(days):
        moment = FRIDAY + timedelta(days=days)
        return record_then(agency.id, moment, day=moment.date(), edition_id=0)

    assert filing_then(agency.id, FRIDAY - timedelta(days=1)) is None
    assert [filing_then(agency.id, FRIDAY + timedelta(days=d)).kind for d in (0, 15, 25)] == [
        "entry",
        "change",
        "change",
    ]
    names = [filing_then(agency.id, FRIDAY + timedelta(days=d)).name for d in (0, 15, 25)]
    assert names == [agency.name, agency.name, "【虚构】新名"]
    assert queries.admitted_agency(agency.ref).former == [(agency.name, FRIDAY + timedelta(days=20))]
    assert (then(5).papers, then(5).practitioners) == ([], {})
    assert [paper.number for paper in then(15).papers] == ["FAKE-A"]
    assert (then(25).papers, then(25).practitioners) == ([], {"注册测绘师": 1})
    assert then(400).practitioners == {}


def test_two_persons_suspend_until_a_day_and_the_clock_alone_ends_it(session, at):
    at(FRIDAY)
    first, second = make.make_person(role=Role.SUPERVISOR), make.make_person(role=Role.ADMISSION_DESK)
    offer = make.make_offer()
    row = queries.agency_by_ref
    given = actions.Proposal(SuspensionGround.MISCONDUCT, date(2026, 3, 20))
    with make.refuses("agency.suspension_ends"), transaction() as now:
        past = actions.Proposal(SuspensionGround.MISCONDUCT, date(2026, 3, 6))
        actions.propose_suspension(row(offer.agency.ref), past, actor=first.actor, now=now)
    with transaction() as now:
        actions.propose_suspension(row(offer.agency.ref), given, actor=first.actor, now=now)
    assert len(queries.offers_for(offer.service.entry_id)) == 1
    for code, who in (("agency.self_confirmed", first), (None, second)):
        with make.refuses(code) if code else transaction(), transaction() as now:
            agency, proposal = row(offer.agency.ref), queries.suspension_of(offer.agency.ref)
            actions.confirm_suspension(agency, proposal, actor=who.actor, now=now)
    for day, there in (((20), 0), ((21), 1)):
        at(datetime(2026, 3, day, 2, tzinfo=UTC))
        assert len(queries.offers_for(offer.service.entry_id)) == there
    with transaction() as now:
        assert actions.lift_ended(now=now) == 1
    assert row(offer.agency.ref).state == AgencyState.ADMITTED


def test_who_leaves_serves_no_more_and_may_come_back_by_a_new_check(session):
    offer = make.make_offer()
    agency = offer.agency
    with transaction() as now:
        actions.leave(queries.agency_of(agency.actor), actor=agency.actor, now=now)
    assert queries.offers_for(offer.service.entry_id) == []
    assert queries.admitted_agency(agency.ref).agency.state == AgencyState.EXITED
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        assert filing.kind == FilingKind.RE_ENTRY
    assert queries.agency_of(agency.actor).state == AgencyState.ENTERING
    _send(agency)
    _pass(agency)
    assert len(queries.offers_for(offer.service.entry_id)) == 1


def test_a_filing_taken_back_leaves_what_is_published(session):
    agency = make.make_agency()
    make.make_paper(agency=agency, number="FAKE-A")
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(agency.actor), actor=agency.actor, now=now)
        anew = replace(actions.profile_of(filing), name="【虚构】新名")
        actions.save_profile(filing, anew, actor=agency.actor, now=now)
        actions.remove(filing, queries.papers_of(agency.id)[0], actor=agency.actor, now=now)
        actions.add_paper(filing, PAPER, actor=agency.actor, now=now)
    with make.refuses("agency.work_open"), transaction() as now:
        actions.leave(queries.agency_of(agency.actor), actor=agency.actor, now=now)
    with transaction() as now:
        actions.take_back(_mine(agency), actor=agency.actor, now=now)
    papers = queries.papers_of(agency.id)
    assert [(paper.number, paper.ended_filing_id) for paper in papers] == [("FAKE-A", None)]


def test_another_agencys_rows_and_an_unadmitted_agencys_page_are_not_found(session):
    one, other = make.make_agency(filed=FilingState.DRAFT), make.make_agency()
    with transaction() as now:
        paper = actions.add_paper(_mine(one), PAPER, actor=one.actor, now=now).id
    with make.refuses("paper.not_found"):
        queries.paper_of(other.id, paper)
    with make.refuses("agency.not_found"):
        queries.admitted_agency(one.ref)
    with make.refuses("filing.not_found"):
        queries.sent_filing(one.ref)
    with make.refuses("agency.not_found"):
        queries.agency_of(make.make_enterprise().actor)


def test_two_desks_cannot_decide_the_same_application(session):
    desk, agency = make.make_person(role=Role.ADMISSION_DESK), make.make_agency(filed=FilingState.IN_CHECK)
    with transaction() as now:
        actions.pass_filing(_mine(agency), actor=desk.actor, now=now)
    with make.refuses("lifecycle.no_such_move"), transaction() as now:
        filing = queries.sent_filing(agency.ref)
        actions.send_back(filing, [ReturnReason.PAPER_EXPIRED], actor=desk.actor, now=now)
    assert session.scalar(select(Agency.state).where(Agency.ref == agency.ref)) == AgencyState.ADMITTED
    assert session.scalar(select(Filing.state).where(Filing.agency_id == agency.id)) == FilingState.PASSED


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("91990000TE5T0000", "uscc.length"),
        ("91990000TE5I00001", "uscc.length"),
        ("91980000MA0000000X", None),
    ],
)
def test_a_forged_credit_code_is_told_what_is_wrong(code, refusal):
    with pytest.raises(uscc.BreaksRule) as said:
        uscc.parse(code)
    assert refusal is None or said.value.code == refusal


def test_a_credit_code_names_a_division_of_the_country():
    good = make.make_uscc(7)
    assert uscc.parse(good) == good
    body = "9198" + good[4:17]
    forged = body + uscc.check_character(body)
    with make.refuses("uscc.region"):
        uscc.parse(forged)
