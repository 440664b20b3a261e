"""A price is asked for only from its first day to its last: said by the door, and by the database when nobody asks."""

from datetime import date

import pytest

from market.base.clock import moved_to
from market.base.errors import BreaksRule
from market.catalogue.listing import Ask, price
from market.catalogue.models import FeeItem
from market.catalogue.queries import list_bands
from market.store.db import db
from tests import make
from tests.guards.raw import columns_of, refused_check, refused_sql, run
from tests.selection import around

pytestmark = pytest.mark.usefixtures("session")
PUBLISH = "UPDATE request SET state = 'open', published_at = :at, quotes_until = '2026-03-20 04:00:00'"


def service_with_days(first: str | None, last: str | None) -> make.Listed:
    """A service in force whose price is in force from the first day to the last."""
    edition = make.make_edition()
    service = make.make_listed_service(price="guided", edition_id=edition)
    run("UPDATE fee_item SET effective_from = :first, effective_until = :last", first=first, last=last)
    make.publish_edition(edition_id=edition)
    return service


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-03-03", None, "price.not_in_force_yet"),
        (None, "2026-03-01", "price.no_longer_in_force"),
        ("2026-03-02", "2026-03-02", None),
    ],
)
def test_a_request_is_published_only_while_its_price_is_in_force(
    first: str | None, last: str | None, code: str | None
) -> None:
    with moved_to(around.MONDAY):
        made = around.draft(make.make_enterprise(), service_with_days(first, last))
        if code is None:
            around.publish(made)
            return
        with make.refuses(code):
            around.publish(made)


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        ("2026-03-01 15:59:59", True),  # still the first of March in China
        ("2026-03-01 16:00:00", False),
        ("2026-03-05 15:59:59", False),
        ("2026-03-05 16:00:00", True),
    ],
)
def test_the_database_refuses_a_request_on_a_price_that_is_not_in_force(at: str, refused: bool) -> None:
    around.draft(make.make_enterprise(), service_with_days("2026-03-02", "2026-03-05"))
    if refused:
        refused_sql("price.not_in_force", PUBLISH, at=at)
    else:
        run(PUBLISH, at=at)


def test_a_last_day_before_the_first_is_no_price() -> None:
    service = make.make_listed_service(edition_id=make.make_edition())
    row = columns_of(FeeItem, service.fee_item_id)
    days = {"effective_from": date(2026, 2, 2), "effective_until": date(2026, 2, 1), "position": 9}
    refused_check("fee_item_days_in_order", FeeItem, row | days)


def test_a_listed_price_knows_its_days_only_where_the_day_is_known() -> None:
    service = service_with_days("2026-03-02", "2026-03-05")
    item = db.session.get_one(FeeItem, service.fee_item_id)
    bands = list_bands([item.id])[item.id]
    assert price(Ask(item, 1000), bands).ceiling_fen == price(Ask(item, 1000, on=date(2026, 3, 5)), bands).ceiling_fen
    with pytest.raises(BreaksRule) as refused:
        price(Ask(item, 1000, on=date(2026, 3, 6)), bands)
    assert refused.value.code == "price.no_longer_in_force"
