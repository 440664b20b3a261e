"""The main chain through the doors as people send it, form by form, and every wrong turn on the way."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from market.agencies.models import Agency, Standing
from market.base.people import Role
from market.base.permissions import may
from market.evaluation.models import ScoreEvidence
from market.fees.models import FeeNote
from market.journal.models import JournalRow
from market.notices.models import Notice
from market.ratings.models import Rating
from market.selection.models import Award
from market.store.db import db
from market.web.access import PUBLIC
from tests import make
from tests.journeys import story
from tests.journeys.picture import changed, picture
from tests.journeys.story import Step, World, tell

RUBBISH = (
    "-1",
    "NaN",
    "1e400",
    "9" * 40,
    "2026-02-30",
    "nul\0l",
    "a" * 6000,
    "<script>alert(1)</script>'\"; DROP TABLE request; --",
    "%s{0}{code}%(x)s",
    "💥\u202e",
)
"""What is lawful in no field that is read as something: a date, a sum, a choice, a code."""

READ = (
    "uscc", "email", "password_again", "kind", "valid_from", "valid_until", "reasons", "version", "promised_days",
    "unit_", "base_", "quantity_", "method", "last_day", "agency", "amount", "quality", "timeliness", "attitude",
    "charge", "norms", "year", "scheme",
)  # fmt: skip
ODD_KEYS = (
    "0",
    "-1",
    "9" * 18,
    "RQ-2026-000001X",
    "RQ-2026-000001",
    "%00",
    "%ff",
    "..%2f..",
    "ZJ-9999",
    "'",
    "%F0%9F%92%A5",
)

ON_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
"""For what no database can make different."""


@pytest.fixture
def world(app: Flask, at: Any) -> World:
    """Return what is there before the story begins."""
    return World.begin(app, at)


@pytest.fixture
def seen(app: Flask) -> Any:
    """Return a function that gives the picture of the database."""

    def look() -> dict[str, str]:
        with app.app_context():
            return picture()

    return look


def count(table: Any) -> int:
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_the_whole_chain_goes_by_the_pages_forms_from_two_registrations_to_a_published_grade(world: World) -> None:
    tell(story.whole(world, "direct", "lowest_quote", "direct"))
    with world.app.app_context():
        agency = db.session.scalars(select(Agency).where(Agency.ref == world.refs["agency"])).one()
        standing = db.session.scalars(select(Standing).where(Standing.agency_id == agency.id)).one()
        # Levels 5 4 5 4 5 weigh 300 250 100 200 150: 30 + 20 + 10 + 16 + 15 points, three times the same.
        assert (standing.grade, standing.score_milli) == ("A", 91_000)
        assert count(Rating) == count(FeeNote) == count(Award) == count(ScoreEvidence) == 3
        told = set(db.session.scalars(select(Notice.code).where(Notice.organisation_id == agency.organisation_id)))
        assert told >= {
            "notice.request.awarded",
            "notice.contract.proposed",
            "notice.fee.declared",
            "notice.round.published",
        }
    sheet = world.visitor(world.supervisor.email).page(f"/desk/evaluation/2026/{world.refs['agency']}")
    assert "91.00" in sheet


@ON_SQLITE
def test_every_step_of_the_chain_is_one_act_in_the_journal(world: World, seen: Any) -> None:
    lengths: list[int] = []

    def length(_step: Step) -> None:
        with world.app.app_context():
            lengths.append(count(JournalRow))

    tell(story.whole(world), before=length, after=length)
    grown = [after - before for before, after in zip(lengths[::2], lengths[1::2], strict=True)]
    # A registration is three (organisation, person, role), a first page of the application two (agency, filing).
    assert set(grown) <= {1, 2, 3} and grown.count(1) >= len(grown) - 5
    with world.app.app_context():
        acts = set(db.session.scalars(select(JournalRow.act)))
    assert acts >= {
        "filing.submit", "filing.return", "filing.pass", "offer.mark", "request.draft", "request.edit",
        "request.publish", "quote.submit", "quote.withdraw", "request.award", "contract.propose", "contract.sign",
        "contract.deliver", "contract.return", "contract.accept", "fee.issue", "fee.declare", "fee.confirm",
        "rating.rate", "round.open", "round.compute", "round.publish",
    }  # fmt: skip


# --- wrong turns


def test_rubbish_in_the_fields_of_any_form_of_the_chain_is_refused_and_changes_nothing(world: World, seen: Any) -> None:
    known: set[str] = set()

    def attack(step: Step) -> None:
        form = step.who.form(step.page, step.action)
        lawful = {**form.values, **step.typed}
        names = [name for name in dict.fromkeys(form.names) if name.startswith(READ)]
        shape = " ".join(names)
        if not names or shape in known:
            return
        known.add(shape)
        before = seen()
        for rubbish in RUBBISH:
            refused(step, lawful | dict.fromkeys(names, rubbish))
        for number, name in enumerate(names):
            refused(step, lawful | {name: RUBBISH[number % len(RUBBISH)]})
        assert changed(before, seen()) == []

    def refused(step: Step, broken: dict[str, str]) -> None:
        answer = step.who.post(step.action, broken)
        assert answer.status_code in (404, 409, 422), f"{step.action} answers {answer.status} to {broken}"

    tell(story.whole(world, "direct", "lowest_quote"), before=attack)
    assert len(known) >= 12


@ON_SQLITE
def test_a_refused_form_says_why_and_keeps_what_was_typed(world: World) -> None:
    def overlong(step: Step) -> None:
        texts = [
            name for name in step.typed if name in ("title", "description", "terms", "note", "comment", "introduction")
        ]
        if not texts:
            return
        form = step.who.form(step.page, step.action)
        kept = "這是我寫的話" * 1000
        answer = step.who.post(step.action, {**form.values, **step.typed, texts[0]: kept})
        assert answer.status_code == 422 and kept in answer.text and 'role="alert"' in answer.text, step.action
        for name, typed in step.typed.items():
            assert name in texts or typed in answer.text, f"{step.action} forgot {name}"

    tell(story.whole(world), before=overlong)


@ON_SQLITE
def test_a_form_without_its_token_is_refused_everywhere(world: World) -> None:
    def without(step: Step) -> None:
        values = {**step.who.form(step.page, step.action).values, **step.typed}
        del values["csrf_token"]
        assert step.who.post(step.action, values).status_code == 400

    tell(story.whole(world), before=without)


def test_nobody_else_can_take_a_step_of_the_chain(world: World, seen: Any) -> None:
    own = ("/account/", "/desk/agency", "/desk/offers/", "/desk/requests/new/")
    with world.app.app_context():
        strangers = [make.make_enterprise().email, make.make_agency().email, make.make_department().email]

    def by_others(step: Step) -> None:
        if step.action.startswith(own):
            return
        before = seen()
        for email in strangers:
            status = world.visitor(email).forge(step.action, **step.typed).status_code
            # An agency may look at any open request; without a marked price it cannot quote.
            assert status in (403, 404) or (status == 422 and "/opportunities/" in step.action), (email, step.action)
        assert world.visitor().post(step.action, step.typed).status_code in (400, 401)
        assert changed(before, seen()) == []

    tell(story.whole(world), before=by_others)


def test_a_step_sent_twice_is_done_once(world: World, seen: Any) -> None:
    # A draft, a marked price, one's own details, a computation before publication may be written again and again.
    again_and_again = ("/kind", "/details", "/letter", "/edit", "/compute")
    # Whoever has registered is signed in with a new session, for which the old page is no use.
    anew = ("/desk/requests/new/", "/desk/offers/", "/account/register")
    sent: dict[str, str] = {}

    def remember(step: Step) -> None:
        sent.clear()
        sent.update({**step.who.form(step.page, step.action).values, **step.typed})

    def repeat(step: Step) -> None:
        if step.action.endswith(again_and_again) or step.action.startswith(anew):
            return
        before = seen()
        answer = step.who.post(step.action, sent)
        # A second proposal leads to the contract that is there.
        led = answer.status_code == 302 and ("/propose/" in step.action or step.action.endswith("/admit"))
        assert led or answer.status_code in (404, 409, 422), f"{step.action}: {answer.status}"
        assert changed(before, seen()) == []

    tell(story.whole(world), before=remember, after=repeat)


def test_addresses_that_name_nothing_are_not_found_for_anybody(world: World) -> None:
    tell(story.whole(world))
    with world.app.app_context():
        editor = make.make_person(role=Role.LIST_EDITOR)
    people = {
        Role.LIST_EDITOR: editor.email, Role.AGENCY: story.AGENCY, Role.ENTERPRISE: story.BUYER, Role.ADMISSION_DESK: world.desk.email,
        Role.EVALUATION_OFFICER: world.officer.email, Role.SUPERVISOR: world.supervisor.email,
    }  # fmt: skip
    for rule in world.app.url_map.iter_rules():
        access = getattr(world.app.view_functions[rule.endpoint], "access", None)
        if not rule.arguments or "GET" not in (rule.methods or ()) or access is None:
            continue
        visitors = [world.visitor(email) for role, email in people.items() if access != PUBLIC and may(role, access)]
        for key in ODD_KEYS:
            url = re.sub(r"<[^>]*>", key, rule.rule)
            for visitor in visitors or [world.visitor()]:
                status = visitor.client.get(url).status_code
                # A name with a NUL cannot even be asked for on PostgreSQL.
                assert status == 404 or (key, status) == ("%00", 422), f"{url}: {status}"


def test_a_second_choice_on_a_page_that_has_gone_stale_is_refused(world: World, seen: Any) -> None:
    for part in (story.registration, story.admission, story.marking):
        tell(part(world))
    stale: list[Any] = []

    def keep(step: Step) -> None:
        if step.action.endswith("/choose"):
            other = world.visitor(story.BUYER)
            rival = f"{step.action}/{world.rival.ref}"
            stale.append((other, step.action, other.form(rival, step.action).values))

    tell(story.selection(world, "direct"), before=keep)
    other, url, values = stale[0]
    before = seen()
    answer = other.post(url, values)
    assert answer.status_code == 409 and 'role="alert"' in answer.text
    assert changed(before, seen()) == []
