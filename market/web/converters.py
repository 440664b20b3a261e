"""What may stand in an address: what no key can be leads nowhere, instead of being an error of the database."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from market.store.types import LARGEST_KEY


class KeyConverter(IntegerConverter):
    """`<int:...>` up to the largest key; beyond it the address does not exist."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", LARGEST_KEY)
        super().__init__(map, *args, **kwargs)


class NameConverter(UnicodeConverter):
    """`<...>` without the character zero, which PostgreSQL holds in no text."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")


def init_app(app: Flask) -> None:
    """Use them for every address; before any route is added."""
    app.url_map.converters |= {"int": KeyConverter, "string": NameConverter, "default": NameConverter}
