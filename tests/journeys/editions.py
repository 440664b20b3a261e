"""The story that tests of a change of edition share: edition 1, and edition 2 from a Monday in March 2026.

Edition 2 adds 5 services, has 3 no more, prices 4 otherwise, and gives one less time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from market.agencies.queries import offers_for
from market.base.clock import CHINA
from market.base.pricing import Band, floated, straight
from market.catalogue.models import CleanUp, Entry
from market.catalogue.queries import fee_items_of
from market.notices.models import Notice
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.make import Listed
from tests.people import post

BEFORE_DAY = datetime(2026, 3, 5, 10, 0, tzinfo=CHINA)  # a Thursday
LAST_MOMENT = datetime(2026, 3, 8, 23, 59, 59, tzinfo=CHINA)
THE_DAY = date(2026, 3, 9)
FIRST_MOMENT = datetime(2026, 3, 9, 0, 0, tzinfo=CHINA)
MORNING = datetime(2026, 3, 9, 9, 0, tzinfo=CHINA)
DECISION = "样例发〔2026〕3号"
At = Callable[[datetime], datetime]


def guided(yuan_a_unit: int) -> list[Band]:
    """The list's band at so many yuan a square metre, 80 % to 120 %."""
    line = straight(100_00, Fraction(yuan_a_unit * 100, 1000), q_to=10**9)
    return [floated(line, Fraction(4, 5), Fraction(6, 5))]


@dataclass(frozen=True)
class Lists:
    """Edition 1 by what happens to each service in edition 2."""

    same: dict[str, Listed]
    repriced: dict[str, Listed]
    removed: dict[str, Listed]
    second: int


def first_edition() -> tuple[int, dict[str, Listed]]:
    first = make.make_edition(effective_from=date(2026, 1, 1))
    made = {}
    for name, price in (
        ("market", "market"), ("guided", "guided"), ("set", "set"), ("fiscal", "fiscal"),
        ("dearer", "guided"), ("cheaper", "guided"), ("newly_set", "set"), ("freed", "guided"),
        ("gone_a", "market"), ("gone_b", "guided"), ("gone_c", "fiscal"),
    ):  # fmt: skip
        made[name] = make.make_listed_service(price=price, edition_id=first, code=f"ZJ-T-{name}", name=f"样例{name}")
    made["shorter"] = make.make_listed_service(
        price="market", edition_id=first, code="ZJ-T-shorter", name="样例shorter"
    )
    make.publish_edition(edition_id=first)
    return first, made


def second_edition(first: dict[str, Listed]) -> int:
    """4 the same and 1 with a shorter time limit, 4 repriced, 5 added; the 3 gone ones are left out."""
    second = make.make_edition(effective_from=THE_DAY)

    def again(name: str, price: str, **changes: Any) -> None:
        make.make_listed_service(
            price=price, edition_id=second, code=first[name].code, name=first[name].name, **changes
        )

    for name in ("market", "guided", "set", "fiscal"):
        again(name, name)
    again("shorter", "market", time_limit=5)
    again("dearer", "guided", bands=guided(3))
    again("cheaper", "guided", bands=guided(1))
    again("newly_set", "set", bands=[straight(200_00, Fraction(200, 1000), q_to=10**9)])
    again("freed", "market")
    for number in range(5):
        make.make_listed_service(edition_id=second, code=f"ZJ-T-new-{number}", name=f"样例新增{number}")
    with transaction():
        gone = first["gone_a"]
        db.session.add(
            CleanUp(
                edition_id=second, name_zh=gone.name, act_name_zh="样例许可", decision=DECISION, handling="abolished",
                handling_text="不再作为行政审批受理条件", confidence="sourced",
            )
        )  # fmt: skip
    make.publish_edition(edition_id=second)
    return second


def both_editions() -> Lists:
    _, made = first_edition()
    second = second_edition(made)
    pick = {name: {key: made[key] for key in keys} for name, keys in KINDS.items()}
    return Lists(**pick, second=second)


KINDS = {
    "same": ("market", "guided", "set", "fiscal", "shorter"),
    "repriced": ("dearer", "cheaper", "newly_set", "freed"),
    "removed": ("gone_a", "gone_b", "gone_c"),
}


def entry_in_second(lists: Lists, service: Listed) -> Entry:
    query = select(Entry).where(Entry.edition_id == lists.second, Entry.code == service.code)
    return db.session.scalars(query).one()


def offers_now(lists: Lists, service: Listed) -> list[Any]:
    return offers_for(entry_in_second(lists, service).id)


def notices_to(organisation_id: int, code: str) -> list[dict[str, Any]]:
    query = select(Notice).where(Notice.organisation_id == organisation_id, Notice.code.startswith(code))
    return [row.facts for row in db.session.scalars(query.order_by(Notice.id))]


def signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    post(client, "/account/sign-in", {"email": email, "password": make.PASSWORD})
    return client


def second_listed(lists: Lists, service: Listed) -> Listed:
    """The same service as edition 2 lists it."""
    entry = entry_in_second(lists, service)
    items = tuple(item.id for item in fee_items_of(entry.id))
    return Listed(entry.code, entry.name_zh, entry.id, entry.edition_id, entry.service_id, items)


def figures(offer: Any) -> list[list[tuple[int, ...]]]:
    shape = (
        "q_from",
        "q_to",
        "q0",
        "y0",
        "slope_num",
        "slope_den",
        "float_low",
        "float_high",
        "float_den",
        "min_fen",
        "max_fen",
    )
    return [[tuple(getattr(band, name) for name in shape) for band in bands] for bands in offer.bands.values()]
