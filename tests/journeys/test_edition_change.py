"""Edition 1 to edition 2 with 5 services added, 3 removed and 4 repriced: what it does to whatever ran across the day.

Scenario 17: order, fee and evaluation stay with the edition they were made under; new requests take the new one; a
draft is forced over with a visible difference. Scenario 18: what is removed cancels its open requests by rule with
notice, contracts run on, and its page tells since when, by which decision, with status 410.
"""

from datetime import date, timedelta

from market.catalogue.queries import edition_in_force, entries_of
from tests.journeys.editions import BEFORE_DAY, FIRST_MOMENT, LAST_MOMENT, THE_DAY, both_editions


def test_the_list_of_the_day_before_is_edition_1_and_of_the_day_edition_2(app, at):
    at(BEFORE_DAY)
    with app.app_context():
        both_editions()
        assert edition_in_force(THE_DAY - timedelta(days=1)).number == 1
        assert edition_in_force(THE_DAY).number == 2
        first, second = (
            {entry.code for entry in entries_of(edition_in_force(day))} for day in (date(2026, 3, 8), THE_DAY)
        )
        assert (len(second - first), len(first - second)) == (5, 3)
    client = app.test_client()
    at(LAST_MOMENT)
    assert client.get("/list/ZJ-T-gone_a").status_code == 200
    assert client.get("/list/ZJ-T-new-0").status_code == 404
    at(FIRST_MOMENT)
    assert client.get("/list/ZJ-T-gone_a").status_code == 410
    assert client.get("/list/ZJ-T-new-0").status_code == 200
    assert "ZJ-T-gone_a" in client.get("/editions/1").text
