"""The main chain as one story, told form by form: who sends which form, from which page, with what.

The teller decides what to do with each step: `tell` sends it, a test may try its wrong turns first.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from market.agencies.rules import PerUnit
from market.base.clock import CHINA
from market.base.people import Role
from market.evaluation.actions import seed_scheme
from market.store.transaction import transaction
from tests import make
from tests.journeys.visitor import Visitor

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHINA)
PASSWORD = "seven herons over a lake"
AGENCY, BUYER = "newcomer@example.invalid", "owner@example.invalid"


@dataclass(frozen=True)
class Step:
    """One form: on whose screen, on which page, where it goes, what is typed."""

    who: Visitor
    page: str
    action: str
    typed: dict[str, Any] = field(default_factory=dict)


Story = Generator[Step, TestResponse, Any]


@dataclass
class World:
    """What is there before the story begins, and what it leaves behind."""

    app: Flask
    at: Callable[[datetime], datetime]
    service: make.Listed
    rival: make.MadeAgency
    desk: make.Person
    officer: make.Person
    supervisor: make.Person
    now: datetime = MONDAY
    refs: dict[str, str] = field(default_factory=dict)
    _signed_in: dict[str, Visitor] = field(default_factory=dict)

    @classmethod
    def begin(cls, app: Flask, at: Callable[[datetime], datetime]) -> "World":
        """An edition in force, a rival with a marked price, and the regulator's people."""
        at(MONDAY)
        with app.app_context():
            offer = make.make_offer(mark=PerUnit(4_00))
            with transaction() as now:
                seed_scheme(now)
            roles = (Role.ADMISSION_DESK, Role.EVALUATION_OFFICER, Role.SUPERVISOR)
            return cls(app, at, offer.service, offer.agency, *(make.make_person(role=role) for role in roles))

    def later(self, **span: int) -> None:
        """Let time pass; whoever is signed in may be signed out by it."""
        self.now += timedelta(**span)
        self.at(self.now)
        self._signed_in.clear()

    def visitor(self, email: str = "") -> Visitor:
        """A new visitor's browser, or that of somebody who signs in once a day."""
        if not email:
            return Visitor(self.app)
        if email not in self._signed_in:
            password = PASSWORD if email in (AGENCY, BUYER) else make.PASSWORD
            self._signed_in[email] = Visitor(self.app).sign_in(email, password)
        return self._signed_in[email]


Hearer = Callable[[Step], None]


def quiet(_step: Step) -> None:
    """Hear a step and do nothing."""


def tell(story: Story, *, before: Hearer = quiet, after: Hearer = quiet) -> None:
    """Go through a story: send each step's form, and let others act before and after it."""
    answer: TestResponse | None = None
    try:
        while True:
            step = story.send(answer)  # type: ignore[arg-type]
            before(step)
            answer = step.who.send(step.page, step.action, **step.typed)
            after(step)
    except StopIteration:
        return


def whole(world: World, *methods: str) -> Story:
    """From two registrations to a published grade, with one order by each of `methods` (sealed quotes unless said)."""
    yield from registration(world)
    yield from admission(world)
    yield from marking(world)
    for method in methods or ("lowest_quote",):
        award = yield from selection(world, method)
        contract = yield from fulfilment(world, award)
        yield from charging(world, contract)
        yield from rating(world, contract)
    yield from evaluation(world)


def registration(world: World) -> Story:
    """An agency and an enterprise register themselves."""
    given = {"name": "【虚构】某某", "region": "虚构市", "password": PASSWORD, "password_again": PASSWORD}
    for page, name, email, number in (
        ("/account/register-agency", "【虚构】新来咨询有限公司（测试）", AGENCY, 7001),
        ("/account/register", "【虚构】样例厂（测试）", BUYER, 7002),
    ):
        typed = {**given, "organisation": name, "email": email, "uscc": make.make_uscc(number)}
        yield Step(world.visitor(), page, page, typed)


def admission(world: World) -> Story:
    """The agency sends its papers, is sent back once, corrects, and is admitted."""
    agency = world.visitor(AGENCY)
    profile = {
        "legal_representative": "【虚构】某某",
        "phone": "000-00000001",
        "address": "虚构路 1 号",
    }
    home = "/desk/agency"
    yield Step(agency, f"{home}/kind", f"{home}/kind", {"kind": "company"})
    yield Step(agency, f"{home}/details", f"{home}/details", {**profile, "introduction": "【虚构】样例机构。"})
    paper = {"name": "【虚构】资质证书", "number": "FAKE-7", "issuer": "【虚构】协会"}
    days = {"valid_from": "2025-01-01", "valid_until": "2029-12-31"}
    yield Step(agency, f"{home}/papers", f"{home}/papers", paper | days)
    yield Step(agency, f"{home}/letter", f"{home}/letter", {"commitment": "y"})
    yield Step(agency, f"{home}/check", f"{home}/check")
    desk = world.visitor(world.desk.email)
    overview = desk.page("/desk/admission")
    ref = world.refs["agency"] = overview.partition("/desk/admission/")[2].partition('"')[0]
    page = f"/desk/admission/{ref}"
    reason = desk.page(page).partition('value="contact_unreachable')[2].partition('"')[0]
    yield Step(desk, page, f"{page}/return", {"reasons": f"contact_unreachable{reason}"})
    yield Step(agency, f"{home}/details", f"{home}/details", {**profile, "phone": "000-00000002"})
    yield Step(agency, f"{home}/check", f"{home}/check")
    yield Step(desk, page, f"{page}/admit")


def marking(world: World) -> Story:
    """The agency marks its price, changes it, and the new one is in force."""
    agency, page = world.visitor(AGENCY), f"/desk/offers/{world.service.code}"
    item = world.service.fee_item_id
    for unit in ("3.50", "3.00"):
        yield Step(agency, page, page, {"promised_days": "12", f"unit_{item}": unit})


def selection(world: World, method: str) -> Story:
    """A request is written, corrected, published, and decided by its method; returns the award's reference."""
    buyer = world.visitor(BUYER)
    page, item = f"/desk/requests/new/{world.service.code}", world.service.fee_item_id
    answer = yield Step(buyer, page, page, {f"quantity_{item}": "900", "method": method, "title": "样例项目"})
    url = world.refs["request"] = answer.location
    yield Step(buyer, f"{url}/edit", f"{url}/edit", {f"quantity_{item}": "1000", "description": "随附资料。"})
    yield Step(buyer, url, f"{url}/publish")
    if method == "direct":
        yield Step(buyer, f"{url}/choose/{world.refs['agency']}", f"{url}/choose")
    else:
        yield from quoting(world, url.rpartition("/")[2])
        buyer = world.visitor(BUYER)
        yield Step(buyer, url, f"{url}/choose")
    contracts = buyer.page("/desk/contracts")
    return contracts.partition("/desk/contracts/propose/")[2].partition('"')[0]


def quoting(world: World, ref: str) -> Story:
    """Two agencies quote, one of them twice; then the deadline passes."""
    page = f"/desk/opportunities/{ref}"
    rival, newcomer = world.visitor(world.rival.email), world.visitor(AGENCY)
    amount = rival.field(page, page, "amount_")
    yield Step(rival, page, page, {amount: "2,900.00", "promised_days": "10"})
    yield Step(newcomer, page, page, {amount: "2900", "promised_days": "12"})
    yield Step(newcomer, page, f"{page}/withdraw")
    yield Step(newcomer, page, page, {amount: "2,700.50", "promised_days": "11"})
    world.later(days=7)


def fulfilment(world: World, award: str) -> Story:
    """The contract is proposed and signed; the result is delivered, returned, delivered again, accepted."""
    buyer, agency = world.visitor(BUYER), world.visitor(AGENCY)
    page = f"/desk/contracts/propose/{award}"
    answer = yield Step(buyer, page, page, {"terms": "联系人：【虚构】某某"})
    url = answer.location
    yield Step(agency, url, f"{url}/sign")
    world.later(days=9)
    buyer, agency = world.visitor(BUYER), world.visitor(AGENCY)
    yield Step(agency, url, f"{url}/deliver", {"title": "【虚构】成果报告", "note": "请查收。"})
    yield Step(buyer, url, f"{url}/return", {"reason": "附件二缺少原始记录，请补齐后再交。"})
    yield Step(agency, url, f"{url}/deliver", {"title": "【虚构】成果报告（修改稿）"})
    yield Step(buyer, url, f"{url}/accept")
    return url


def charging(world: World, contract: str) -> Story:
    """The agency charges what the contract says; the payment is declared and confirmed."""
    buyer, agency = world.visitor(BUYER), world.visitor(AGENCY)
    page = f"{contract}/fee"
    answer = yield Step(agency, page, page)
    url = world.refs["note"] = answer.location
    # The sum in the table's foot, as the page writes it.
    total = buyer.page(url).partition("<tfoot>")[2].partition("¥")[2].partition("<")[0]
    yield Step(buyer, url, f"{url}/declare", {"reference": "虚构银行 0001", "amount": total})
    yield Step(agency, url, f"{url}/confirm")


def rating(world: World, contract: str) -> Story:
    """The buyer rates the job on the five factors."""
    buyer, page = world.visitor(BUYER), f"{contract}/rating"
    levels = {"quality": "5", "timeliness": "4", "attitude": "5", "charge": "4", "norms": "5"}
    yield Step(buyer, page, page, {**levels, "comment": "报告一次通过评审，附有签收单。"})


def evaluation(world: World) -> Story:
    """In January one person computes the year, another publishes it."""
    world.later(days=(datetime(2027, 1, 12, 10, 0, tzinfo=CHINA) - world.now).days)
    officer, supervisor = world.visitor(world.officer.email), world.visitor(world.supervisor.email)
    yield Step(officer, "/desk/evaluation", "/desk/evaluation", {"year": "2026"})
    url = "/desk/evaluation/2026"
    yield Step(officer, url, f"{url}/compute")
    yield Step(supervisor, url, f"{url}/publish")
