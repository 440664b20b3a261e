"""What goes into the index and what comes out."""

from dataclasses import dataclass, field
from typing import NamedTuple, NotRequired, TypedDict


class Document(TypedDict):
    """What is indexed: `id` names it among all kinds; title and body hold the words of every language.

    `called`: the names by which people know it, which are also found spelled in letters and mistyped.
    """

    id: str
    kind: str
    title: str
    body: str
    called: NotRequired[str]


class Hit(NamedTuple):
    """One document found: its title in pieces, each with whether it was asked for."""

    id: str
    kind: str
    title: list[tuple[str, bool]]
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results, best first. `total` counts all pages.

    `meant`: nothing had the words as typed; these have what was probably meant, and this is it. `loose`: nothing had
    all of the words, these have some. `missing`: the index cannot answer now; the site works on.
    """

    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    page: int = 1
    per_page: int = 20
    loose: bool = False
    missing: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class FoundIds:
    """The ids of all that was found, best first; the rest as in `Found`."""

    ids: list[str] = field(default_factory=list)
    loose: bool = False
    missing: bool = False
    meant: str = ""
