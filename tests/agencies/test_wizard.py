"""The application page by page: saved at every step, resumed, corrected at its fields, merged, and never lost."""

import io
import re
from datetime import date

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from market.agencies import actions, queries
from market.agencies.rules import AgencyState, FilingState
from market.agencies.rules.papers import MOST_ATTACHMENT_BYTES
from market.agencies.rules.steps import FilingStep
from market.base.people import Role
from market.store.transaction import transaction
from tests import make
from tests.journeys.visitor import Visitor

ONE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
HOME = "/desk/agency"
DETAILS = {
    "legal_representative": "【虚构】某某",
    "phone": "０７４３－８２２１２３４",
    "address": "虚构路 1 号",
    "introduction": "第一行\n第二行",
}
DAYS = {"valid_from": "2025-01-01", "valid_until": "2099-01-01"}
PAPER = {"name": "【虚构】资质证书", "number": "ＦＡＫＥ－７", "issuer": "【虚构】协会", **DAYS}
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20 + b"IEND\xaeB`\x82"


@pytest.fixture
def made(app):
    """Return a function that calls another inside an application context of its own, apart from the browser's."""

    def call(function, *args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return call


@pytest.fixture
def agency(app, made):
    """Return a newcomer's browser; the account is made, the application is not."""
    made(make.make_agency)  # settings, calendar, register, letter
    return Visitor(app).sign_in(made(make.make_person, role=Role.AGENCY).email)


def at(step):
    return f"{HOME}/{step}"


def save(visitor, step, status=302, **typed):
    return visitor.send(at(step), at(step), status, **typed)


def save_forged(agency, typed):
    answer = agency.forge(at(FilingStep.SERVICES), **typed)
    assert answer.status_code == 422
    return answer


def filled(agency):
    save(agency, FilingStep.KIND, kind="company")
    save(agency, FilingStep.DETAILS, **DETAILS)
    save(agency, FilingStep.LETTER, commitment="y")


def version_of(page):
    return re.search(r'name="version"[^>]* value="([0-9a-f]*)"', page)[1]


@ONE
def test_every_step_is_saved_resumed_and_what_is_missing_is_said_before_it_is_sent(agency, made):
    first = agency.page(HOME)
    assert at(FilingStep.KIND) in first
    assert agency.client.get(at(FilingStep.PAPERS)).status_code == 302  # nothing is open yet
    answer = save(agency, FilingStep.KIND, kind="institution", name="【虚构】改过的名称")
    assert answer.location == at(FilingStep.DETAILS)
    check = agency.page(at(FilingStep.CHECK))
    assert "【虚构】改过的名称" in check
    assert f'<li><a href="{at(FilingStep.DETAILS)}">' in check
    assert f'<li><a href="{at(FilingStep.LETTER)}">' in check
    refused = agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK), 422)
    assert "Legal representative" in refused.text
    save(agency, FilingStep.DETAILS, **DETAILS)
    again = agency.page(at(FilingStep.DETAILS))
    assert 'value="0743-8221234"' in again  # full-width digits count as what they are
    assert "第一行\n第二行" in again
    save(agency, FilingStep.PAPERS, **PAPER)
    save(
        agency,
        FilingStep.PRACTITIONERS,
        name="【虚构】甲",
        certificate_kind="注册测绘师",
        certificate_number="CH-1",
        **DAYS,
    )
    save(agency, FilingStep.PERSONS, name="【虚构】乙", phone="000-0000", **DAYS)
    assert "accepted" not in agency.page(at(FilingStep.LETTER))
    save(agency, FilingStep.LETTER, commitment="y")
    check = agency.page(at(FilingStep.CHECK))
    for said in ("FAKE-7", "【虚构】甲", "注册测绘师", "【虚构】乙", "Public institution", "虚构路 1 号"):
        assert said in check, said
    assert "Before you can send it" not in check
    agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK))
    assert "formal check" in agency.page(HOME)
    assert agency.client.get(at(FilingStep.DETAILS)).status_code == 302
    late = agency.forge(at(FilingStep.DETAILS), **DETAILS, version="")
    assert late.status_code == 409
    assert "cannot be changed any more" in late.text or "Nothing is lost" in late.text
    assert "FAKE-7" in agency.page(at(FilingStep.CHECK))  # what was sent can be read


def on_record_elsewhere(number):
    other, desk = make.make_agency(), make.make_person(role=Role.ADMISSION_DESK)
    with transaction() as now:
        filing = actions.begin_change(queries.agency_of(other.actor), actor=other.actor, now=now)
        days = (date(2025, 1, 1), date(2099, 1, 1))
        person = actions.NewPractitioner("【虚构】丁", "注册测绘师", number, *days)
        actions.add_practitioner(filing, person, actor=other.actor, now=now)
        actions.accept_commitment(filing, actor=other.actor, now=now)
        actions.submit(filing, actor=other.actor, now=now)
        actions.pass_filing(filing, actor=desk.actor, now=now)


@ONE
def test_each_piece_of_bad_input_is_said_at_its_field_and_what_was_typed_is_kept(agency, made):
    save(agency, FilingStep.KIND, kind="company")
    unaccepted = save(agency, FilingStep.LETTER, 422)
    assert 'id="commitment-error"' in unaccepted.text
    save(agency, FilingStep.DETAILS, **DETAILS)
    save(agency, FilingStep.PAPERS, **PAPER)
    made(on_record_elsewhere, "CH-9")
    person = {"name": "【虚构】甲", "certificate_kind": "注册测绘师"}
    cases = [
        (FilingStep.DETAILS, {**DETAILS, "phone": "拨打总机"}, "phone", "拨打总机"),
        (FilingStep.DETAILS, {**DETAILS, "contact_email": "nobody"}, "contact_email", "nobody"),
        (FilingStep.DETAILS, {**DETAILS, "address": " "}, "address", "某某"),
        (FilingStep.KIND, {"name": " ", "kind": "company"}, "name", ""),
        (FilingStep.PAPERS, {**PAPER, "number": "OLD", "valid_until": "2025-02-01"}, "valid_until", "OLD"),
        (FilingStep.PAPERS, {**PAPER, "valid_until": "2024-02-01"}, "valid_until", "FAKE-7"),
        (FilingStep.PAPERS, PAPER, "number", "资质证书"),
        (FilingStep.PAPERS, {**PAPER, "number": "N", "qualification": "考古发掘资质|", "grade": "甲级"}, "grade", "资质证书"),
        (FilingStep.PAPERS, {**PAPER, "number": "N", "valid_from": "2026-02-30"}, "valid_from", "2026-02-30"),
        (FilingStep.PRACTITIONERS, {**person, **DAYS, "certificate_number": "1", "valid_until": "2024-12-31"}, "valid_until", "甲"),
        (FilingStep.PRACTITIONERS, {**person, **DAYS, "certificate_number": "ＣＨ－９"}, "certificate_number", "注册测绘师"),
        (FilingStep.PERSONS, {"name": "【虚构】乙", "phone": "1", **DAYS}, "phone", "【虚构】乙"),
        (FilingStep.PERSONS, {"name": "【虚构】乙", "phone": "000-0001", **DAYS, "valid_until": "2025-01-02"}, "valid_until", "000-0001"),
    ]  # fmt: skip
    for step, typed, field, kept in cases:
        answer = save(agency, step, 422, **typed)
        assert f'id="{field}-error"' in answer.text, (step, typed)
        assert f'href="#{field}"' in answer.text  # the summary leads to the field
        assert kept in answer.text, (step, typed)


@ONE
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("licence.png", PDF, "is a PDF file by its content"),
        ("licence.pdf", b"MZ\x90\x00" + b"\x00" * 200, "neither a whole PDF"),
        ("licence.pdf", b"", "empty"),
        ("licence.pdf", b"%PDF-1.7" + b"0" * (MOST_ATTACHMENT_BYTES - 7), "larger than 10 MB"),
        ("", b"", "Choose the file"),
    ],
)
def test_a_file_is_taken_by_its_content_and_its_size(agency, name, content, said):
    save(agency, FilingStep.KIND, kind="company")
    form = agency.form(at(FilingStep.ATTACHMENTS), at(FilingStep.ATTACHMENTS))
    # Encoded in memory: the test client would leave a large file's body open.
    boundary, body = encode_multipart(
        {**form.values, "slot": "authority", "file": FileStorage(io.BytesIO(content), name)}
    )
    kind = f"multipart/form-data; boundary={boundary}"
    answer = agency.client.post(at(FilingStep.ATTACHMENTS), data=body, content_type=kind)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'id="file-error"' in answer.text
    assert re.search(r'<option selected value="authority">', answer.text)


@ONE
def test_an_attachment_is_downloaded_by_its_agency_and_once_sent_by_the_desk_alone(app, agency, made):
    filled(agency)
    save(agency, FilingStep.ATTACHMENTS, slot="licence", file=(io.BytesIO(PNG), "..\\执照.png"))
    href = re.search(r'href="(/desk/agency/attachments/(\d+))"', agency.page(at(FilingStep.ATTACHMENTS)))
    got = agency.client.get(href[1])
    assert got.data == PNG
    assert got.headers["Content-Type"] == "image/png"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "\n" not in got.headers["Content-Disposition"]
    ref = re.search(r"AG-\d{4}-\w+", agency.page(HOME))[0]
    desk = Visitor(app).sign_in(made(make.make_person, role=Role.ADMISSION_DESK).email)
    desk_href = f"/desk/admission/{ref}/attachments/{href[2]}"
    other = Visitor(app).sign_in(made(make.make_agency).email)
    assert desk.client.get(desk_href).status_code == 404  # a draft is the agency's own
    agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK))
    assert desk.client.get(desk_href).data == PNG
    assert other.client.get(href[1]).status_code == 404
    assert other.client.get(desk_href).status_code == 403
    assert agency.forge(f"{href[1]}/remove").status_code == 409  # it is with the desk


@ONE
def test_a_form_opened_before_another_was_saved_gets_a_merge_page_and_loses_nothing(agency):
    filled(agency)
    old = version_of(agency.page(at(FilingStep.DETAILS)))
    save(agency, FilingStep.DETAILS, **{**DETAILS, "address": "别处 2 号", "contact_name": "【虚构】丙"})
    mine = {**DETAILS, "phone": "000-1111", "contact_name": "", "contact_email": "", "version": old}
    answer = agency.forge(at(FilingStep.DETAILS), **mine)
    assert answer.status_code == 409
    for both in ("别处 2 号", "虚构路 1 号", "0743-8221234", "000-1111", "【虚构】丙"):
        assert both in answer.text
    assert 'type="hidden" name="legal_representative"' in answer.text  # what does not differ is not asked
    chosen = {**mine, "address": "别处 2 号", "contact_name": "【虚构】丙", "version": version_of(answer.text)}
    assert agency.forge(at(FilingStep.DETAILS), **chosen).status_code == 302
    page = agency.page(at(FilingStep.DETAILS))
    assert all(value in page for value in ("别处 2 号", "000-1111", "【虚构】丙"))
    # Another step saved meanwhile is no difference; the same value saved twice is none either.
    seen = version_of(page)
    save(agency, FilingStep.KIND, kind="branch")
    assert agency.forge(at(FilingStep.DETAILS), **{**chosen, "version": seen}).status_code == 302
    assert agency.forge(at(FilingStep.DETAILS), **{**chosen, "version": old}).status_code == 302


@ONE
def test_services_are_ticked_by_search_kept_and_merged_and_say_what_they_lack(agency, made):
    edition = made(make.make_edition)
    codes = [made(make.make_listed_service, edition_id=edition).code for _ in range(3)]
    made(make.publish_edition, edition_id=edition)
    filled(agency)
    page = agency.page(at(FilingStep.SERVICES))
    stale = {"version": version_of(page), "shown": " ".join(codes)}
    assert all(code in page for code in codes)
    assert save(agency, FilingStep.SERVICES, services=codes[0]).location == at(FilingStep.PAPERS)
    seen = version_of(agency.page(at(FilingStep.SERVICES)))
    typed = {"version": seen, "shown": stale["shown"], "services": codes[0], "q": codes[1], "look": "1"}
    looked = agency.forge(at(FilingStep.SERVICES), **typed)
    found = agency.page(looked.location)
    assert codes[1] in found
    assert codes[2] not in found
    save(agency, f"services?q={codes[1]}", services=codes[1])  # the ticks that were not shown stay
    assert all(code in agency.page(at(FilingStep.CHECK)) for code in codes[:2])
    merge = agency.forge(at(FilingStep.SERVICES), **stale, services=codes[2])
    assert merge.status_code == 409
    assert all(code in merge.text for code in codes)
    kept = {"version": version_of(merge.text), "shown": " ".join(codes), "services": [codes[0], codes[2]]}
    assert agency.forge(at(FilingStep.SERVICES), **kept).status_code == 302
    check = agency.page(at(FilingStep.CHECK))
    assert codes[1] not in check
    assert codes[2] in check
    forged = {"version": version_of(agency.page(at(FilingStep.SERVICES))), "services": "ZZ-9", "shown": "ZZ-9"}
    assert "ZZ-9" in save_forged(agency, forged).text


@ONE
def test_a_change_and_a_return_go_through_the_same_pages_and_the_old_version_serves_meanwhile(app, made):
    known, desk = made(make.make_agency), made(make.make_person, role=Role.ADMISSION_DESK)
    agency, clerk = Visitor(app).sign_in(known.email), Visitor(app).sign_in(desk.email)
    agency.send(HOME, f"{HOME}/begin")
    assert agency.forge(f"{HOME}/begin").status_code == 409  # one at a time
    save(agency, FilingStep.DETAILS, phone="000-7777")
    kind = agency.forge(
        at(FilingStep.KIND), name="X", kind="branch", version=version_of(agency.page(at(FilingStep.KIND)))
    )
    assert kind.status_code == 422
    save(agency, FilingStep.KIND, name="【虚构】改名有限公司")
    save(agency, FilingStep.PAPERS, **PAPER)
    save(agency, FilingStep.LETTER, commitment="y")
    check = agency.page(at(FilingStep.CHECK))
    row = check.partition("What changes")[2].partition("</table>")[0]
    assert "000-00000000" in row
    assert "000-7777" in row
    assert "Now public: 000-00000000" in agency.page(at(FilingStep.DETAILS))
    agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK))
    assert made(queries.agency_of, known.actor).phone == "000-00000000"
    assert "改名" not in Visitor(app).page(f"/agencies/{known.ref}")
    page = f"/desk/admission/{known.ref}"
    reason = re.search(r'value="(contact_unreachable[^"]*)"', clerk.page(page))[1]
    assert re.search(rf"{re.escape(known.name)}.*?【虚构】改名有限公司", clerk.page(page), re.S)
    clerk.send(page, f"{page}/return", reasons=reason)
    assert "The contact cannot be reached" in agency.page(HOME)
    details = agency.page(at(FilingStep.DETAILS))
    assert re.search(
        r'id="(\w+)-hint">\s*<strong class="returned field-error">Returned: The contact cannot be reached', details
    )
    assert "Returned:" not in agency.page(at(FilingStep.KIND))
    save(agency, FilingStep.DETAILS, phone="000-8888")
    agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK))
    clerk.send(page, f"{page}/admit")
    assert made(queries.agency_of, known.actor).phone == "000-8888"
    anybody = Visitor(app).page(f"/agencies/{known.ref}")
    assert "<h1>【虚构】改名有限公司</h1>" in anybody and f"its name was {known.name}" in anybody
    assert "【虚构】改名有限公司" in Visitor(app).page("/agencies?q=改名")
    # What is on record is ended by the next change, or kept after all.
    agency.send(HOME, f"{HOME}/begin")
    remove = re.search(r'action="(/desk/agency/papers/\d+/remove)"', agency.page(at(FilingStep.PAPERS)))[1]
    agency.send(at(FilingStep.PAPERS), remove)
    assert "ends when this passes" in agency.page(at(FilingStep.PAPERS))
    agency.send(at(FilingStep.PAPERS), remove.replace("remove", "keep"))
    assert "ends when this passes" not in agency.page(at(FilingStep.PAPERS))
    assert agency.forge("/desk/agency/letters/1/remove").status_code == 404
    agency.send(HOME, f"{HOME}/take-back")
    agency.send(HOME, f"{HOME}/leave")
    assert made(queries.agency_of, known.actor).state == AgencyState.EXITED
    agency.send(HOME, f"{HOME}/begin")
    save(agency, FilingStep.KIND, kind="branch")
    save(agency, FilingStep.LETTER, commitment="y")
    agency.send(at(FilingStep.CHECK), at(FilingStep.CHECK))
    assert made(queries.newest_filing, known.id).state == FilingState.IN_CHECK
