"""What people call a thing among themselves, and the words that stand in the documents (`synonyms.txt`)."""

from functools import cache
from importlib.resources import files


def shipped() -> bytes:
    """The dictionary as shipped; it is a part of the index's fingerprint."""
    return (files("market.search") / "synonyms.txt").read_bytes()


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """A word that is typed, and what it is looked for as besides; one way only."""
    found: dict[str, tuple[str, ...]] = {}
    for line in shipped().decode().splitlines():
        word, equals, meant = line.partition("#")[0].partition("=")
        if equals:
            found[word.strip()] = tuple(one for part in meant.split(",") if (one := part.strip()) != word.strip())
    return found
