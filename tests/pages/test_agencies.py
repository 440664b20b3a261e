"""The directory and an agency's page take the same few statements, however much they show."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from market.accounts.models import Organisation
from market.agencies import actions
from market.agencies.models import Agency
from market.store.db import db
from market.store.transaction import transaction
from tests import make
from tests.pages.reading import page

MOST = 8
WHEN = datetime(2026, 1, 5, tzinfo=UTC)


def _crowd(first: int, last: int) -> None:
    """Admitted agencies by the hundred: written in one go and walked through their states."""
    ids = range(first, last)
    organisations = [
        {
            "id": one, "ref": f"OR-T-{one}", "kind": "agency", "name": f"【虚构】众多测绘{one}有限公司", "created_at": WHEN,
            "uscc": make.make_uscc(one), "region": "虚构市", "is_fictitious": True,
        }
        for one in ids
    ]  # fmt: skip
    agencies = [
        {
            "id": one, "ref": f"AG-T-{one}", "organisation_id": one, "state": "entering", "kind": "company",
            "legal_representative": "", "contact_name": "", "contact_email": "", "phone": "", "address": "",
            "introduction": "", "admitted_at": WHEN, "row_version": 1,
        }
        for one in ids
    ]  # fmt: skip
    with transaction() as now:
        db.session.execute(insert(Organisation), organisations)
        db.session.execute(insert(Agency), agencies)
        db.session.query(Agency).where(Agency.id.in_(ids)).update({"state": "admitted"}, synchronize_session=False)
        actions.list_agencies(ids, now=now)


def test_the_directory_takes_eight_statements_for_20_and_for_200(
    app: Flask, client: FlaskClient, query_counter: Callable[[], Any]
) -> None:
    with app.app_context():
        offer = make.make_offer()
        _crowd(10_000, 10_020)
    addresses = ("/agencies", "/agencies?q=测绘", f"/agencies?q=有限&grade=A&service={offer.service.code}")
    counts = []
    for address in addresses:
        page(client, address)
        with query_counter() as few:
            page(client, address)
        counts.append(few.count)
    with app.app_context():
        _crowd(10_020, 10_200)
    assert "200 agencies" in page(client, "/agencies?q=测绘")
    for address, few_count in zip(addresses, counts, strict=True):
        with query_counter() as many:
            page(client, address)
        assert many.count == few_count <= MOST, address
    shown = page(client, "/agencies?page=2")
    assert "众多测绘10030有限公司" in shown and "众多测绘10001有限公司" not in shown


def test_an_agencys_page_takes_eight_statements_for_20_and_for_200_prices(
    app: Flask, client: FlaskClient, query_counter: Callable[[], Any]
) -> None:
    with app.app_context():
        edition = make.make_edition()
        services = [make.make_listed_service(edition_id=edition) for _ in range(200)]
        make.publish_edition(edition_id=edition)
        agency = make.make_agency()
        for service in services[:20]:
            make.make_offer(agency=agency, service=service)
    page(client, f"/agencies/{agency.ref}")
    with query_counter() as few:
        page(client, f"/agencies/{agency.ref}")
    with app.app_context():
        for service in services[20:]:
            make.make_offer(agency=agency, service=service)
    with query_counter() as many:
        text = page(client, f"/agencies/{agency.ref}")
    assert all(service.code in text for service in (services[0], services[-1]))
    assert many.count == few.count <= MOST
