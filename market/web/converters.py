"""What may stand in an address: a number that no key can have leads nowhere, instead of overflowing the database."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from market.store.types import LARGEST_KEY


class KeyConverter(IntegerConverter):
    """`<int:...>` up to the largest key; beyond it the address does not exist."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_KEY)
        super().__init__(map, *args, **kwargs)


def init_app(app: Flask) -> None:
    """Use it for every address; before any route is added."""
    app.url_map.converters["int"] = KeyConverter
