"""Pages of draws: what stands there before and after, who may not, and how many statements they need."""

import json

import pytest

from market.base.people import Role
from market.selection.draw import replay_draw as program
from tests import people
from tests.make import PASSWORD, make_person
from tests.selection import draws
from tests.selection.around import DEADLINE
from tests.selection.draws import BEACON
from tests.selection.test_draws import run


@pytest.fixture
def made(session, at):
    """Return a draw of three that is still open."""
    return draws.made(at, agencies=3)


def test_names_and_numbers_are_public_only_from_the_freeze_on(client, at, made):
    before = client.get(f"/draws/{made.ref}?lang=en").text
    assert "3 signed up so far" in before
    nobody = [one.name for one in made.agencies if one.name in before]
    assert (nobody, "pool" in client.get(f"/draws/{made.ref}.json").json) == ([], False)
    run(at, DEADLINE)
    page = client.get(f"/draws/{made.ref}?lang=en").text
    assert all(one.name in page for one in made.agencies)
    assert "data-countdown" in page and "data-replay" not in page
    draws.beacon_comes(made.ref)
    run(at, BEACON)
    page = client.get(f"/draws/{made.ref}?lang=en").text
    assert "data-replay" in page
    transcript = client.get(f"/draws/{made.ref}.json")
    assert program.replay(json.loads(transcript.text)) == transcript.json["ranking"]
    assert "Rank 1 of 3" in page
    assert made.ref in client.get("/draws").text
    assert client.get(f"/notices/{made.ref}").text.count(f"/draws/{made.ref}") >= 1


def test_the_program_and_the_algorithm_are_downloads(client, session):
    given = client.get("/draws/replay_draw.py")
    assert (given.status_code, given.mimetype) == (200, "text/plain")
    assert given.data.startswith(b"#!/usr/bin/env python3")
    assert b"draw-v1" in client.get("/draws/draw-v1.txt").data
    for unknown in ("/draws/RQ-2026-000041C", "/draws/RQ-2026-000041C.json", "/draws/%00", "/draws/x.json"):
        assert client.get(unknown).status_code == 404


def test_statements_do_not_grow_with_the_pool(client, at, session, query_counter):
    counts = []
    for agencies in (2, 9):
        made = draws.made(at, agencies=agencies)
        run(at, DEADLINE)
        draws.beacon_comes(made.ref) if agencies == 2 else None
        run(at, BEACON)
        draws.beacon_comes(made.ref) if draws.told(made.ref)["state"] == "frozen" else None
        run(at, BEACON)
        client.get(f"/draws/{made.ref}")
        with query_counter() as counted:
            assert client.get(f"/draws/{made.ref}").status_code == 200
        counts.append(counted.count)
    assert max(counts) <= 20


def test_an_agency_signs_up_leaves_and_refuses_at_its_desk(app, at):
    with app.app_context():
        made = draws.made(at, agencies=2, signed_up=1)
    client, page = app.test_client(), f"/desk/opportunities/{made.ref}"
    people.sign_in(client, made.agencies[1], PASSWORD)
    assert people.post(client, f"{page}/sign-up", {"nonce": "zz"}).status_code == 422
    assert people.post(client, f"{page}/sign-up", {"nonce": "c" * 32}).status_code == 302
    assert "c" * 32 in client.get(page).text
    assert people.post(client, f"{page}/sign-up", {"nonce": ""}).status_code == 409
    assert people.post(client, f"{page}/leave", {}).status_code == 302
    assert people.post(client, f"{page}/leave", {}).status_code == 409
    assert people.post(client, f"{page}/refuse", {"why": "无法承接这一项目，人员不足"}).status_code == 404


def test_the_witnesses_desk_asks_for_two_persons(app, at):
    with app.app_context():
        made = draws.made(at, agencies=3)
        one, two = make_person(role=Role.SUPERVISOR), make_person(role=Role.AUDITOR)
        run(at, DEADLINE)
        draws.beacon_comes(made.ref)
        run(at, BEACON)
    client, desk = app.test_client(), f"/desk/draws/{made.ref}"
    people.sign_in(client, one, PASSWORD)
    assert made.ref in client.get("/desk/draws").text
    liked = {"choice": "void:liked_it_not", "explained": "x" * 12}
    assert people.post(client, f"{desk}/propose", liked).status_code == 422
    asked = {"choice": "void:pool_wrong", "explained": "【虚构】名单误列一家停业机构"}
    assert people.post(client, f"{desk}/propose", asked).status_code == 302
    assert people.post(client, f"{desk}/propose", asked).status_code == 409
    assert people.post(client, f"{desk}/confirm/void", {}).status_code == 422
    lottery = {"drawn_on": "2026-03-01", "issue": "2026022", "red": "1 2 3 4 5", "blue": "7"}
    assert people.post(client, "/desk/draws/lottery", lottery).status_code == 422
    for red, word in (
        ("1 2 3 4 5 6 junk", "junk"),
        ("-1 1 2 3 4 5 6", "-1"),
        ("1,2,3,4,5,６", "６"),
        ("1 2 3 4 5 6.0", "6.0"),
    ):
        refused = people.post(client, "/desk/draws/lottery?lang=en", {**lottery, "red": red})
        assert refused.status_code == 422 and f"“{word}” is not one of the numbers" in refused.text
    assert people.post(client, "/desk/draws/lottery", {**lottery, "red": "01 02 03 04 05 16"}).status_code == 302
    for status in (302, 409):
        assert people.post(client, "/desk/draws/lottery", {**lottery, "red": "01 02 03 04 05 26"}).status_code == status
    secret = people.post(client, f"{desk}/commit?lang=en", {"secret": ""})
    assert secret.status_code == 422 and "is not made of secrets" in secret.text
    second = app.test_client()
    people.sign_in(second, two, PASSWORD)
    assert made.ref in second.get("/desk").text
    # Who enters it too must not read what the first one did.
    seen = [
        second.get(path).text for path in ("/desk/draws", desk, f"/draws/{made.ref}", "/log/objects/lottery/2026-03-01")
    ]
    assert not any(numbers in text for text in seen for numbers in ("05,16", "05,26", "05 16", "05 26"))
    assert people.post(second, f"{desk}/confirm/void", {}).status_code == 302
    assert second.get(f"/draws/{made.ref}.json").json["state"] == "void"
    buyer = app.test_client()
    people.sign_in(buyer, made.buyer, PASSWORD)
    assert buyer.get("/desk/draws").status_code == 403
    assert buyer.get(f"/desk/requests/{made.ref}").status_code == 200
