"""The printable notice of an item, and its QR code."""

import re

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient

from market.agencies.rules import PerUnit
from market.pages.qr import qr_code
from tests import make
from tests.pages.reading import page

MOST = 5


def drawn(path: str, size: int) -> list[list[int]]:
    """The modules that a path fills."""
    rows = [[0] * size for _ in range(size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        for step in range(int(length)):
            rows[int(y)][int(x) + step] = 1
    return rows


def test_the_path_of_a_qr_code_draws_its_modules_with_a_quiet_zone() -> None:
    made = qr_code("https://example.org/list/ZJ-0101?q1=100")
    expected = segno.make(made.address, error="m", micro=False).matrix
    rows = drawn(made.path, made.size)
    assert made.size == len(expected) + 8 and not any(rows[3]) and not any(rows[-4])
    assert [row[4:-4] for row in rows[4:-4]] == [list(row) for row in expected]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_notice_holds_tag_code_edition_phones_and_what_nobody_may_ask(
    app: Flask, client: FlaskClient, language: str
) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
    client.set_cookie("lang", language)
    answer = client.get(f"/list/{service.code}/notice?q1=100")
    assert answer.headers["X-Robots-Tag"] == "noindex" and '<meta name="robots" content="noindex">' in answer.text
    assert f"http://localhost/list/{service.code}?q1=100" in answer.text and "¥200" in answer.text
    for told in (
        service.code,
        "12315",
        "12345",
        "2020",
        {"en": "What nobody may ask for", "zh": "任何人不得要求"}[language],
    ):
        assert told in answer.text
    assert not re.search(r" style=|<script>", answer.text)


def test_the_item_leads_to_its_notice_with_the_same_quantity(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        service = make.make_listed_service()
        make.make_offer(service=service, mark=PerUnit(2_00))
    text = page(client, f"/list/{service.code}?q1=100")
    for name in ("notice?q1=100", "prices?q1=100", "record"):
        assert f'href="/list/{service.code}/{name}"' in text


def test_a_notice_sends_few_statements(app: Flask, client: FlaskClient, query_counter) -> None:
    with app.app_context():
        service = make.make_listed_service(price="guided")
        for _ in range(9):
            make.make_offer(service=service)
    with query_counter() as counted:
        page(client, f"/list/{service.code}/notice")
    assert counted.count <= MOST, counted.statements


def test_what_is_not_listed_has_no_notice(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make.make_listed_service()
    page(client, "/list/ZJ-9999/notice", status=404)
