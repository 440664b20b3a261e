"""500 draws that wait for one beacon: drawn, awarded and told in one run of the job, one signature verified for all.

The whole must be published within a minute on either database.
"""

import secrets
import time
from datetime import timedelta

from flask import Flask

from bench.databases import here, site
from bench.lines import told
from market.base import clock
from market.base.draw import Drand, bls
from market.base.people import Role
from market.jobs import draws as jobs
from market.selection import queries
from market.selection.actions import draws
from market.selection.models import Award, Draw
from market.selection.rules import DrawState
from market.store.db import db
from market.store.transaction import transaction
from tests.make import make_agency, make_listed_service, make_offer, make_person
from tests.selection import around

DRAWS, AGENCIES = 500, 4
SECONDS = 60.0
ROUND = (1000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39")


def main() -> int:
    """Run on every database that is here; how many limits were missed."""
    missed = 0
    for database in here():
        with site(database) as app:
            missed += _drawn(app, database)
    return missed


def _drawn(app: Flask, database: str) -> int:
    with app.app_context():
        _sign_everybody_up()
        with clock.moved_to(around.DEADLINE):
            began = time.perf_counter()
            frozen = jobs.freeze_due()
            print(f"  {database}: {frozen} pools frozen in {time.perf_counter() - began:.1f} s")
        with clock.moved_to(around.DEADLINE + timedelta(minutes=15)):
            began = time.perf_counter()
            _beacon()
            done = jobs.draw_due()
            taken = time.perf_counter() - began
        with transaction():
            awards, states = (
                db.session.query(Award).count(),
                db.session.query(Draw).filter_by(state=DrawState.DRAWN).count(),
            )
        print(f"  {database}: {done} drawn, {states} published, {awards} awards")
        missed = told(f"{database}: {DRAWS} draws at one beacon, s", taken, SECONDS)
        return missed + (awards != DRAWS or states != DRAWS)


def _sign_everybody_up() -> None:
    with clock.moved_to(around.MONDAY):
        service, buyer = make_listed_service(), make_person(role=Role.ENTERPRISE)
        agencies = [make_agency() for _ in range(AGENCIES)]
        for agency in agencies:
            make_offer(agency=agency, service=service)
        for _ in range(DRAWS):
            request = around.opened_request(buyer, service, method="random")
            with transaction(queries.request_lock(request.ref)) as now:
                for agency in agencies:
                    wanted = queries.request_open_to(agency.id, request.ref)
                    draws.sign_up(wanted, secrets.token_hex(16), actor=agency.actor, now=now)


def _beacon() -> None:
    """One verification, of a real round; its signature stands for the round that is awaited, which nobody knows yet."""
    bls.verified(Drand(*ROUND))
    with transaction() as now:
        waited = jobs.rounds_awaited(now)
        assert len(waited) == 1, "one round serves all"
        draws.keep_round(Drand(waited[0], ROUND[1]), now=now)
