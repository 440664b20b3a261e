"""A small demo city in a folder of its own, and somebody signed in to it."""

import re
from pathlib import Path

from flask import Flask

from market.app import create_app
from market.base import clock
from market.cli.demo.cast import PASSWORD
from market.cli.demo.command import SEED, Size, build
from market.cli.search import rebuild_index
from market.cli.setup import seeds
from market.store.schema import bring_up_to_date

SMALL = Size(agencies=40, orders=16)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def environment(folder: Path) -> dict[str, str]:
    """What a process of the city needs in its environment."""
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'city.sqlite'}",
        "SEARCH_INDEX": str(folder / "index"),
        "MARKET_INSTANCE": str(folder),
        "MARKET_DEMO": "1",
    }


def build_city() -> Flask:
    """Build the city that the environment names; its application."""
    app = create_app()
    with app.app_context():
        bring_up_to_date()
        seeds()
        build(clock.today(), SEED, size=SMALL)
        rebuild_index(app.extensions["search"])
    return app


def signed_in(app: Flask, email: str = "enterprise1@example.invalid") -> str:
    """The Cookie header of somebody who signed in through the page."""
    with app.test_client() as client:
        page = client.get("/account/sign-in").get_data(as_text=True)
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError("the sign-in page has no token")
        form = {"email": email, "password": PASSWORD, "csrf_token": found[1]}
        answer = client.post("/account/sign-in", data=form)
        if answer.status_code != 302:
            raise RuntimeError(f"signing in answered {answer.status_code}")
        cookie = client.get_cookie("market")
        if cookie is None:
            raise RuntimeError("signing in gave no cookie")
        return f"market={cookie.value}"
