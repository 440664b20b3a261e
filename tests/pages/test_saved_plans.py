"""A kept plan: one link for the same plan, nothing of a person in it, and what another edition changes."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import func, select

from market.base.clock import china_date, end_of_day
from market.base.errors import Refusal
from market.base.people import Role
from market.catalogue import actions as list_actions
from market.catalogue.importing import ListFiles, Upload, read_list
from market.journal.models import JournalRow
from market.pages.pdf import chinese_font, document
from market.selection.actions import plans
from market.selection.models import BasketItem, Plan
from market.selection.queries.plans import plan_of
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.make import FIRST_DAY
from tests.pages.reading import page
from tests.selection.test_pages import signed_in
from tests.selection.test_races import together

DAY = end_of_day(FIRST_DAY) + timedelta(days=3, hours=10)
DATA = Path(list_actions.__file__).parents[1] / "data"
CHOSEN = {"bundle": "factory"}


@pytest.fixture(autouse=True)
def _on_a_day(at):
    at(DAY)


@pytest.fixture
def listed(app):
    """The real list with its bundles, published."""
    with app.app_context():
        return make.make_real_list()


def keep(client, status=303, **given):
    """Keep a plan; return its address."""
    answer = people.post(client, "/plans", {**CHOSEN, **given})
    assert answer.status_code == status, answer.text
    return answer.location


def next_edition(*, without):
    """Publish the same list again, without the services of a name."""
    editor, approver = make.make_person(role=Role.LIST_EDITOR), make.make_person(role=Role.LIST_APPROVER)
    files = [DATA / name for name in ("items.csv", "price_schedules.json", "links.csv", "cleaned_up.csv")]
    uploads = [Upload.of(path) for path in files]
    lines = uploads[0].content.decode().splitlines(keepends=True)
    kept = "".join(line for line in lines if without not in line).encode()
    data = read_list(ListFiles(replace(uploads[0], content=kept), *uploads[1:]))
    with transaction() as now:
        edition = list_actions.import_edition(data, "清单", actor=editor.actor, now=now)
        list_actions.submit(edition, actor=editor.actor, now=now)
        list_actions.publish(edition, china_date(now), actor=approver.actor, now=now)


QR = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def need_font(app):
    """Leave a test out on a machine without a Chinese font."""
    if chinese_font(app.config["FONTS"]) is None:
        pytest.skip("#### NO PDF TESTS: install fonts-noto-cjk, or name its folder in FONTS ####")


@pytest.mark.usefixtures("listed")
class TestKept:
    """Through the doors, with nobody signed in."""

    def test_the_link_opens_for_anybody_and_is_not_for_search_engines(self, app, client):
        link = keep(client)
        assert re.fullmatch(r"/plans/[\w-]{22}", link)
        answer = app.test_client().get(link)
        assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (200, "noindex")
        shown = page(app.test_client(), link)
        assert "As of edition 1" in shown and "Earliest end" in shown and "Every step with its dates" in shown

    def test_the_same_plan_has_one_link(self, app, client):
        first = keep(client)
        assert keep(app.test_client()) == first
        assert keep(client, **{"a.nothing": "x", "q.ZJ-0001.99": "5", "q.x": "1"}) == first
        with app.app_context():
            assert db.session.scalar(select(func.count(Plan.id))) == 1

    def test_a_plan_kept_on_a_later_day_begins_on_that_day(self, app, client, at):
        first = keep(client)
        at(DAY + timedelta(days=40))
        later = keep(client)
        assert later != first
        ends = [
            re.search(r"Earliest end</h3><p class=\"sum\">([^<]+)", page(client, link))[1] for link in (first, later)
        ]
        assert ends[0] != ends[1]

    def test_of_two_clicks_at_once_both_have_the_one_link(self, app):
        assert together(app, *[lambda: keep(app.test_client())] * 3) == ["done"] * 3
        with app.app_context():
            assert db.session.scalar(select(func.count(Plan.id))) == 1

    def test_only_what_the_list_asks_for_is_kept(self, app, client):
        link = keep(client, **{"a.zone": "call me 13800000000", "q.ZJ-0001.1": "张三", "name": "张三", "act": "x"})
        with app.app_context():
            kept = plan_of(link.rpartition("/")[2])
            assert (kept.acts, kept.answers, kept.quantities) == ([], {}, {})

    def test_what_is_no_plan_is_not_found(self, client):
        assert client.get("/plans/" + "A" * 22).status_code == 404
        assert client.get("/plans/x").status_code == 404
        assert people.post(client, "/plans", {"bundle": "nothing"}).status_code == 404
        assert people.post(client, "/plans", {}).status_code == 404
        assert people.post(client, "/plans", {**CHOSEN, "edition": "7"}).status_code == 404

    def test_without_the_forms_token_nothing_is_kept(self, app, client):
        assert client.post("/plans", data=CHOSEN).status_code == 400
        with app.app_context():
            assert db.session.scalar(select(func.count(Plan.id))) == 0

    def test_who_keeps_too_many_waits_and_a_kept_one_counts_for_nothing(self, app, client, monkeypatch):
        monkeypatch.setattr(plans, "SAVING", plans.Throttle("plan.too_many", 1, timedelta(hours=1)))
        keep(client)
        keep(client)
        answer = people.post(client, "/plans", {"bundle": "restaurant"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3601")

    def test_keeping_is_one_row_of_the_journal_without_the_link(self, app, client):
        token = keep(client).rpartition("/")[2]
        with app.app_context():
            [row] = db.session.scalars(select(JournalRow).where(JournalRow.act == "plan.save"))
            assert row.obj.startswith("plan/") and token not in str(row.payload) + row.obj

    def test_a_plan_stays_as_it_is_by_the_database_too(self, app, client):
        keep(client)
        with app.app_context(), pytest.raises(Refusal) as refused, transaction():
            db.session.scalars(select(Plan)).one().bundle = "other"
            db.session.flush()
        assert refused.value.code == "store.frozen"

    def test_under_another_edition_the_plan_says_what_differs_and_is_renewed_by_one_click(self, app, client, at):
        link = keep(client)
        at(DAY + timedelta(days=10))
        with app.app_context():
            next_edition(without="建设工程监理")
        shown = page(client, link)
        assert "As of edition 1" in shown and "Edition 2 is in force now" in shown
        assert "No longer on the list" in shown
        form = shown[shown.index('action="/plans"') :]
        fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
        renewed = people.post(client, "/plans", dict(fields)).location
        assert renewed != link
        again = page(client, renewed)
        assert "As of edition 2" in again and "is in force now" not in again

    def test_a_bundle_that_an_edition_has_not_cannot_be_renewed(self, app, client, at):
        link = keep(client)
        later = at(DAY + timedelta(days=10)).date()
        with app.app_context():
            edition = make.make_edition(effective_from=later)
            make.make_listed_service(edition_id=edition)
            make.publish_edition(edition_id=edition)
        shown = page(client, link)
        assert "It has not what this plan was made for" in shown and 'action="/plans"' not in shown

    def test_an_enterprise_puts_a_plan_into_its_basket_and_others_are_not_asked_to(self, app, client):
        link = keep(client)
        assert "Put into the basket" not in page(client, link)
        with app.app_context():
            buyer = make.make_enterprise()
        mine = signed_in(app, buyer)
        shown = page(mine, link)
        assert "Put into the basket" in shown
        form = shown[shown.index('action="/desk/basket/put"') :]
        form = form[: form.index("</form>")]
        services = re.findall(r'name="service" value="([^"]+)"', form)
        assert services and people.post(mine, "/desk/basket/put", {"service": services}).status_code == 302
        with app.app_context():
            assert 0 < db.session.scalar(select(func.count(BasketItem.id))) <= len(services)

    def test_the_pdf_is_the_same_bytes_each_time_and_in_both_languages(self, app, client):
        need_font(app)
        link = keep(client)
        begun = perf_counter()
        first = client.get(f"{link}.pdf")
        assert perf_counter() - begun < 3
        assert (first.status_code, first.content_type) == (200, "application/pdf")
        assert first.data.startswith(b"%PDF-") and client.get(f"{link}.pdf").data == first.data
        client.set_cookie("lang", "en")
        assert client.get(f"{link}.pdf").data != first.data

    def test_what_somebody_typed_is_no_markup_in_the_pdf(self, app):
        need_font(app)
        with app.test_request_context():
            typed = '#panic("x") *bold* $x$ </text> \\"'
            data = {
                "title": typed,
                "site": "",
                "lead": typed,
                "date": [2026, 3, 2],
                "lang": "zh",
                "answered": [[typed, typed]],
            }
            rest = {
                "sums": [],
                "lanes": [],
                "notes": [typed],
                "groups": [],
                "address": typed,
                "footer": typed,
                "qr": QR,
            }
            words = dict.fromkeys(("time_line", "law_title", "law"), typed)
            assert document("plan", {**data, **rest, "words": words}, app.config["FONTS"]).startswith(b"%PDF-")

    def test_without_a_chinese_font_the_page_says_so_and_offers_no_pdf(self, app, client, monkeypatch, tmp_path):
        link = keep(client)
        monkeypatch.setitem(app.config, "FONTS", str(tmp_path))
        assert "has no Chinese font" in page(client, link)
        answer = client.get(f"{link}.pdf")
        assert answer.status_code == 409 and "fonts-noto-cjk" in answer.text
