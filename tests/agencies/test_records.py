"""Papers live by their days: what they are for pauses and resumes by the clock; files are what their content says."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import inspect

from market.agencies import actions, queries
from market.agencies.actions import NewAttachment, NewPaper, NewPractitioner
from market.agencies.models import Offer
from market.agencies.rules import FilingState, Slot, covers, media_type
from market.agencies.rules.papers import MOST_ATTACHMENT_BYTES
from market.base.people import Role
from market.catalogue.models import Entry, EntryRequirement
from market.store.db import db
from market.store.transaction import transaction
from tests import make

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


def _service(*asked, mode="all"):
    """A listed service that asks for (kind, name, level, count)."""
    edition = make.make_edition()
    service = make.make_listed_service(edition_id=edition)
    with transaction():
        db.session.get_one(Entry, service.entry_id).requirement_mode = mode
        db.session.add_all(
            EntryRequirement(
                entry_id=service.entry_id, edition_id=edition, position=position, kind=kind, name=name, level=level,
                count=count,
            )
            for position, (kind, name, level, count) in enumerate(asked, 1)
        )  # fmt: skip
    make.publish_edition(edition_id=edition)
    return service


def _codes(offer, now):
    return [reason.code for reason in queries.why_paused(db.session.get_one(Offer, offer.id), now)]


def test_an_expiry_pauses_and_a_renewal_resumes_by_the_clock_alone(session, at):
    at(MONDAY)
    service = _service(("qualification", "测绘资质", "乙级", 1))
    offer = make.make_offer(service=service)
    assert queries.offers_for(service.entry_id) == []
    assert _codes(offer, MONDAY) == ["paper_missing"]
    for grade, days, number in (
        ("", (date(2026, 1, 1), date(2027, 1, 1)), "FAKE-0"),
        ("甲级", (date(2026, 1, 1), date(2026, 3, 10)), "FAKE-1"),
        ("乙级", (date(2026, 3, 15), date(2027, 1, 1)), "FAKE-1"),
    ):
        make.make_paper(agency=offer.agency, qualification="测绘资质", grade=grade, days=days, number=number)
    for day, serves, why in (
        (2, 1, []),
        (10, 1, []),
        (11, 0, ["paper_missing"]),
        (14, 0, ["paper_missing"]),
        (15, 1, []),
    ):
        moment = datetime(2026, 3, day, 2, tzinfo=UTC)
        at(moment)
        assert len(queries.offers_for(service.entry_id)) == serves, day
        assert _codes(offer, moment) == why
        with transaction() as now:
            found = db.session.get_one(Offer, offer.id)
            if serves:
                queries.require_serving(found, now)
            else:
                with make.refuses("serves.paper_missing"):
                    queries.require_serving(found, now)
    later = datetime(2027, 2, 1, tzinfo=UTC)
    at(later)
    assert _codes(offer, later) == ["paper_expired"]
    with make.refuses("serves.paper_expired"), transaction() as now:
        queries.require_serving(db.session.get_one(Offer, offer.id), now)


def test_any_of_the_papers_is_enough_where_the_list_says_so_and_people_are_counted(session, at):
    at(MONDAY)
    either = ("qualification", "城乡规划编制资质", "", 1), ("qualification", "工程设计资质", "", 1)
    service = _service(*either, ("practitioner", "注册测绘师", "", 2), mode="any")
    offer = make.make_offer(service=service)
    make.make_paper(agency=offer.agency, qualification="工程设计资质")
    assert _codes(offer, MONDAY) == ["practitioners_missing"]
    desk = make.make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(offer.agency.actor), actor=offer.agency.actor, now=now)
        for number, until in (("Z-1", date(2026, 3, 20)), ("Z-2", date(2027, 1, 1))):
            given = NewPractitioner("【虚构】", "注册测绘师", number, date(2025, 1, 1), until)
            actions.add_practitioner(filing, given, actor=offer.agency.actor, now=now)
        actions.accept_commitment(filing, actor=offer.agency.actor, now=now)
        actions.submit(filing, actor=offer.agency.actor, now=now)
    assert queries.offers_for(service.entry_id) == []
    with transaction() as now:
        actions.pass_filing(queries.filing_of(offer.agency.id), actor=desk.actor, now=now)
    assert len(queries.offers_for(service.entry_id)) == 1
    at(MONDAY + timedelta(days=19))
    assert queries.offers_for(service.entry_id) == []


@pytest.mark.parametrize(
    ("held", "asked", "fits"),
    [
        (("测绘资质", "", "甲级"), ("测绘资质", "乙级"), True),
        (("测绘资质", "", "丙级"), ("测绘资质", "乙级"), False),
        (("测绘资质", "", ""), ("测绘资质", "乙级"), False),
        (("测绘资质", "工程测量", ""), ("测绘资质（工程测量）", ""), True),
        (("测绘资质", "", "甲级"), ("测绘资质（工程测量）", ""), False),
        (("测绘资质", "", "AAA"), ("测绘资质", "AAA"), True),
    ],
)
def test_a_paper_covers_what_is_asked_with_its_grade_and_higher_ones(held, asked, fits):
    assert covers(held, asked) is fits


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((date(2026, 2, 1), date(2026, 1, 1)), "paper.interval"),
        ((date(2020, 1, 1), date(2021, 1, 1)), "paper.expired"),
        ((date(2026, 6, 1), date(2028, 1, 1)), "paper.overlaps"),
        ((date(2026, 12, 31), date(2028, 1, 1)), "paper.overlaps"),
    ],
)
def test_a_paper_that_is_no_use_is_refused(session, at, days, code):
    at(MONDAY)
    agency = make.make_agency(filed=FilingState.DRAFT)
    with make.refuses(code), transaction() as now:
        filing = queries.filing_of(agency.id)
        good = NewPaper("证书", "FAKE-9", "【虚构】", date(2026, 1, 1), date(2026, 12, 31))
        actions.add_paper(filing, good, actor=agency.actor, now=now)
        actions.add_paper(filing, NewPaper("证书", "fake-9", "【虚构】", *days), actor=agency.actor, now=now)


def test_qualifications_and_grades_are_the_registers(session):
    agency = make.make_agency(filed=FilingState.DRAFT)
    for given, code in (
        (("【虚构】资质", "", ""), "paper.unknown_qualification"),
        (("测绘资质", "烹饪", ""), "paper.unknown_qualification"),
        (("测绘资质", "工程测量", "特级"), "paper.unknown_grade"),
        (("", "", "甲级"), "paper.unknown_qualification"),
    ):
        with make.refuses(code), transaction() as now:
            paper = NewPaper("证书", "FAKE-1", "【虚构】", date(2025, 1, 1), date(2099, 1, 1), *given)
            actions.add_paper(queries.filing_of(agency.id), paper, actor=agency.actor, now=now)


def test_a_practitioner_serves_one_agency(session):
    given = NewPractitioner("【虚构】", "注册测绘师", "Z-1", date(2025, 1, 1), date(2099, 1, 1))
    one, other = make.make_agency(filed=FilingState.DRAFT), make.make_agency(filed=FilingState.DRAFT)
    desk = make.make_person(role=Role.ADMISSION_DESK)
    for agency in (one, other):  # what is only filed keeps nobody out
        with transaction() as now:
            filing = queries.filing_of(agency.id)
            actions.add_practitioner(filing, given, actor=agency.actor, now=now)
            same = replace(given, certificate_number="ｚ-1", certificate_kind="注册 测绘师 ")
            with make.refuses("practitioner.twice"):
                actions.add_practitioner(filing, same, actor=agency.actor, now=now)
            actions.accept_commitment(filing, actor=agency.actor, now=now)
            actions.submit(filing, actor=agency.actor, now=now)
    with transaction() as now:
        actions.pass_filing(queries.filing_of(one.id), actor=desk.actor, now=now)
    with make.refuses("practitioner.elsewhere"), transaction() as now:
        actions.pass_filing(queries.filing_of(other.id), actor=desk.actor, now=now)
    third = make.make_agency(filed=FilingState.DRAFT)
    with make.refuses("practitioner.elsewhere"), transaction() as now:
        actions.add_practitioner(queries.filing_of(third.id), given, actor=third.actor, now=now)


def _zip():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "0" * 10_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "attachment.empty"),
        (_zip(), "attachment.not_readable"),
        (b"MZ\x90\x00" + b"\x00" * 200, "attachment.not_readable"),
        (b"%PDF-1.7 half of it", "attachment.not_readable"),
        (b"\x7fELF%PDF-1.7 %%EOF", "attachment.not_readable"),
        (b"<svg onload='x'/>", "attachment.not_readable"),
        (b"%PDF-1.7\n" + _zip() + b"\n%%EOF\n", "attachment.not_readable"),
        (b"%PDF-1.7" + b"0" * (MOST_ATTACHMENT_BYTES - 7), "attachment.too_large"),
    ],
)
def test_a_file_is_what_its_content_says(content, code):
    with make.refuses(code):
        media_type(content)


def test_an_attachment_is_kept_byte_for_byte_for_its_agency_and_the_desk_alone(session):
    agency, other = make.make_agency(filed=FilingState.DRAFT), make.make_agency()
    with transaction() as now:
        filing = queries.filing_of(agency.id)
        given = NewAttachment(Slot.LICENCE, "..\\..\\evil\r\n.pdf", PDF)
        made = actions.attach(filing, given, actor=agency.actor, now=now).id
        with make.refuses("attachment.twice"):
            actions.attach(filing, given, actor=agency.actor, now=now)
    kept = queries.attachment_of(agency.id, made)
    assert (kept.content, kept.name, kept.media_type) == (PDF, "evil.pdf", "application/pdf")
    session.expunge_all()
    listed = queries.filing_view(queries.filing_of(agency.id), 0).attachments[0]
    assert "content" in inspect(listed).unloaded
    for look in (
        lambda: queries.attachment_of(other.id, made),
        lambda: queries.attachment_for_desk(agency.ref, made),
    ):
        with make.refuses("attachment.not_found"):
            look()
    with transaction() as now:
        filing = queries.filing_of(agency.id)
        actions.accept_commitment(filing, actor=agency.actor, now=now)
        actions.submit(filing, actor=agency.actor, now=now)
    assert queries.attachment_for_desk(agency.ref, made).sha256 == kept.sha256
    with make.refuses("filing.being_checked"), transaction() as now:
        actions.detach(
            queries.filing_of(agency.id), queries.attachment_of(agency.id, made), actor=agency.actor, now=now
        )
