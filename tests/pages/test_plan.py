"""The navigator's pages: four groups with law, price and days, all in the address."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import PerUnit
from market.base.pricing import Band
from market.catalogue.models import EditionAct, Entry
from market.catalogue.queries.bundles import acts_of
from market.pages.navigator import MOST_ACTS
from market.pages.robust import robust
from market.store.db import db
from market.store.transaction import transaction
from tests import make, people
from tests.pages.reading import page

MOST = 12


def section(text: str, title: str) -> str:
    """The card of a group at the top of the page."""
    found = re.search(rf'<h2 class="h3">{title}</h2>(.*?)</section>', text, re.DOTALL)
    assert found, title
    return found[1]


def act_of(entry_id: int, edition_id: int) -> int:
    """The act of an entry made by hand, made known to its draft edition as an import would."""
    with transaction():
        act = db.session.get_one(Entry, entry_id).act_id
        db.session.add(EditionAct(edition_id=edition_id, act_id=act))
        return act


def test_bundles_stand_as_shelves_and_acts_to_tick(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    text = page(client, "/plan/choose")
    assert 'href="/plan?bundle=factory"' in text and text.count('type="checkbox"') == 110
    found = page(client, "/plan/choose?q=消防&act=1")
    assert "checked" in found and 1 < found.count('type="checkbox"') < 20
    assert "No act has these words" in page(client, "/plan/choose?q=%25%5B*OR")


def test_the_largest_bundle_is_read_in_few_statements(app: Flask, client: FlaskClient, query_counter) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        make.make_real_list()
    with query_counter() as counted:
        text = page(client, "/plan?bundle=factory&a.eia=form&a.land=1")
    assert counted.count <= MOST, counted.statements
    assert "Build a factory: buy" in text


def test_answers_move_services_between_the_groups(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    open_answers = page(client, "/plan?bundle=factory")
    assert 'href="#ZJ-0011"' in section(open_answers, "You may do it yourself")
    assert "Perhaps needed: answer" in open_answers and section(open_answers, "Not needed here").count("<li>") == 0
    answered = page(client, "/plan?bundle=factory&a.eia=none&a.discharge=register&a.hazard=no&a.energy=no")
    gone = section(answered, "Not needed here")
    assert gone.count("<li>") == 10, gone
    assert "¥0" in section(answered, "Paid by government")
    assert "our judgement; no text says it in these words" in answered
    assert "Needed only where the catalogue asks for the full report" in answered


def test_what_was_answered_and_typed_can_be_changed_on_the_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    first = page(client, "/plan?bundle=well&a.land=1&q.ZJ-0022.1=5")
    form = re.search(r'<form id="answers".*?</form>', first, re.DOTALL)
    assert form
    controls = [
        *re.findall(r"<(?:input|select)[^>]*>", form[0]),
        *re.findall(r'<input[^>]*form="answers"[^>]*>', first),
    ]
    named = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in controls]
    sent = [(name[1], value[1] if value else "") for name, value in named if name]
    assert len({name for name, _value in sent}) == len(sent)
    again = page(client, f"/plan?{urlencode({**dict(sent), 'a.land': '7', 'q.ZJ-0022.1': '8'})}")
    assert dict(sent)["bundle"] == "well" and dict(sent)["q.ZJ-0022.1"] == "5"
    assert 'name="a.land" value="7"' in again and 'name="q.ZJ-0022.1" value="8"' in again


def test_what_is_no_answer_is_said_and_decides_nothing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    text = page(client, "/plan?bundle=well&a.land=lots&a.drinking=maybe&a.nothing=1&q.=1&act=abc&page=0")
    assert "Write a plain number" in text and 'value="lots"' in text
    assert section(text, "Not needed here").count("<li>") == 0


def test_the_form_carries_on_what_was_chosen_and_nothing_that_can_be_changed_in_it(
    app: Flask, client: FlaskClient
) -> None:
    """Of a field that stands twice in the address the first counts: the old quantity would win for ever."""
    with app.app_context():
        edition = make.make_edition()
        service = make.make_listed_service(edition_id=edition)
        act = act_of(service.entry_id, edition)
        make.publish_edition(edition_id=edition)
    text = page(client, f"/plan?act={act}&q=other&a.land=3&q.{service.code}.1=10")
    form = text[text.index('<form id="answers"') :]
    hidden = re.findall(r'type="hidden" name="([^"]+)"', form[: form.index("</form>")])
    assert hidden == ["act"]


def test_a_bundle_that_is_not_there_is_not_found(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    page(client, "/plan?bundle=castle", 404)
    page(client, "/plan?act=999999999", 404)
    assert client.get("/plan").status_code == 302


def test_acts_of_one_plan_are_never_left_out_in_silence(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_real_list()
        acts = [act.id for act in acts_of(edition)]
    most = "&".join(f"act={act}" for act in acts[:MOST_ACTS])
    assert page(client, f"/plan?{most}").count("<small>Licensing</small>") > 40
    refused = page(client, f"/plan?{most}&act={acts[MOST_ACTS]}", status=422)
    assert "61 acts are more than one plan holds (at most 60)" in refused
    kept = people.post(client, "/plans", {"bundle": "factory", "act": [str(act) for act in acts[: MOST_ACTS + 1]]})
    assert kept.status_code == 422


def test_few_prices_are_not_compared_and_eight_are(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        service = make.make_listed_service(edition_id=edition)
        act = act_of(service.entry_id, edition)
        make.publish_edition(edition_id=edition)
        for price in range(1, 8):
            make.make_offer(service=service, mark=PerUnit(price * 100))
    address = f"/plan?act={act}&q.{service.code}.1=10"
    few = page(client, address)
    assert "7 marked: ¥10 – ¥70" in few and "too few to compare" in few and "median" not in few
    assert "buy 1 for ¥10 – ¥70, done in" in few.replace("\N{NO-BREAK SPACE}", " ")
    with app.app_context():
        make.make_offer(service=service, mark=PerUnit(800))
    text = page(client, address)
    assert "median ¥45, n = 8" in text and "half of them: ¥27.50 – ¥62.50" in text
    assert "8 agencies mark a price" in text and "too few to compare" not in text


def test_a_quantity_out_of_every_bracket_says_which_limits_exist(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        bands = [Band(q_from=10_000, q_to=20_000, slope_num=1, slope_den=10)]
        service = make.make_listed_service(price="set", bands=bands, edition_id=edition)
        act = act_of(service.entry_id, edition)
        make.publish_edition(edition_id=edition)
    text = page(client, f"/plan?act={act}&q.{service.code}.1=99")
    assert "&gt; 10" in text and "≤ 20" in text and 'aria-invalid="true"' in text
    assert "The list: ¥" in page(client, f"/plan?act={act}&q.{service.code}.1=15")


def test_without_a_limit_the_operators_default_is_labelled(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        edition = make.make_edition()
        service = make.make_listed_service(edition_id=edition, time_limit=None)
        act = act_of(service.entry_id, edition)
        make.publish_edition(edition_id=edition)
    text = page(client, f"/plan?act={act}")
    assert "15 working days" in text and "default; the list has no limit" in text


def test_a_superseded_edition_is_said_so_with_the_difference_and_a_way_to_renew(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        edition = make.make_edition()
        service = make.make_listed_service(edition_id=edition)
        act = act_of(service.entry_id, edition)
        make.publish_edition(edition_id=edition)
        later = make.make_edition(effective_from=make.FIRST_DAY + timedelta(days=30))
        make.make_listed_service(edition_id=later, code=service.code, name=service.name)
        make.publish_edition(edition_id=later)
    text = page(client, f"/plan?edition=1&act={act}&q.{service.code}.1=7")
    assert "This result is as of edition 1" in text and "/editions/1" in text
    assert f'href="/plan?act={act}&amp;q.{service.code}.1=7"' in text
    assert '<input type="hidden" name="edition" value="1">' in text


def test_nobody_may_ask_for_anything_else(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_real_list()
    text = page(client, "/plan?bundle=clinic")
    assert "may ask you for any other intermediary report" in text and "kind=demanded_outside" in text


def test_percentiles_lie_between_the_sums_and_need_eight() -> None:
    assert robust([1] * 7).median is None
    found = robust([100, 200, 300, 400, 500, 600, 700, 800, 900])
    assert (found.p10, found.p25, found.median, found.p75, found.p90) == (180, 300, 500, 700, 820)
