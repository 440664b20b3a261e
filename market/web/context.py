"""What every template may use beside its own values.

`actor` (Actor or None), `L` (labels), `locale` (`zh_Hans_CN` or `en`), `demo_mode`, `now` (UTC), `page_url(n)` (this
address on page n), `may(permission name)`, `said_of(code)` (the sentence of a refusal), and the facts that the
application adds (`edition_in_force`, `read_only`, `found_wrong`).
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request

from market.base import clock
from market.base.permissions import Permission
from market.base.permissions import may as role_may
from market.web import locale
from market.web.access import actor_or_none
from market.web.labels import labels, sentence

Fact = Callable[[], Any]


def page_url(page: int) -> str:
    """This address with the same search, on another page."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("page", "lang", "large")]
    return f"{request.path}?{urlencode([*kept, ('page', str(page))])}"


def may(permission: str) -> bool:
    """Whether the one who looks holds the permission named `area:thing:act`; for links, never instead of `@needs`."""
    actor = actor_or_none()
    return actor is not None and role_may(actor.role, Permission(permission))


def init_app(app: Flask, facts: Mapping[str, Fact]) -> None:
    """Give the templates their common values; `facts` are made once per page by functions of higher floors."""

    @app.context_processor
    def common() -> dict[str, Any]:
        values = {
            "actor": actor_or_none(),
            "L": labels(),
            "locale": locale.current(),
            "demo_mode": bool(current_app.config["MARKET_DEMO"]),
            "now": clock.now(),
            "page_url": page_url,
            "may": may,
            "said_of": lambda code: sentence(code, {}),
        }
        return values | {name: make() for name, make in facts.items()}
