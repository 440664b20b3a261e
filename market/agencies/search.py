"""What an agency is found by, and what a question asks for, in the tokens of both databases' full text.

An agency is one row of tokens, each with a letter in front that says what it is:

    p  two neighbouring pieces of its name, reference, credit code or region, in order: every phrase is found by them
    t  three neighbouring pieces; q  four: what people type mostly is one look-up
    c  a single piece of these: one character, a run of Latin letters, a run of digits
    w  a word of these, and of the names of the services it has a marked price for
    n  its whole name; b  the beginning of its name, of one to eight characters
    g  its latest grade; e  an entry it has a marked price for

A question is clauses of which each must be met, by any of its alternatives. It is never handed to a database's own
parser as it was typed: there is no syntax to break.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from market.search.question import Asked, exact_key, understood
from market.search.words import cut_for_search, fold, pieces
from market.store.types import GAP, quoted

# As much of a name's beginning as ranks an agency before others.
BEGINNING = 8
_LONGEST_NAME = 200
_SHORTEST_CODE = 6
_JOINT = "·"
_RUNS = {2: "p", 3: "t", 4: "q"}
# A mark in front of a name is no part of what people call it by.
_LABEL = re.compile(r"^\s*【[^】]*】")


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of an agency: texts whose phrases find it, and the names of its services."""

    name: str
    texts: tuple[str, ...]
    services: tuple[str, ...] = ()
    grade: str = ""
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Tokens that are neighbours in this order (`phrase`), all there (`all`), or the beginning of one (`begins`)."""

    how: str
    tokens: tuple[str, ...]


Clause = tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """Clauses that must all be met, and the key of the name that comes first; nothing sought finds everything."""

    clauses: tuple[Clause, ...]
    key: str = ""

    @property
    def whole(self) -> Clause:
        """The whole name."""
        return (Alternative("all", ("n" + self.key,)),)

    @property
    def beginning(self) -> Clause:
        """The beginning of the name."""
        return (Alternative("all", ("b" + self.key[:BEGINNING],)),)


def name_key(name: str) -> str:
    """A name as it is compared whole: folded, without blanks, marks and a label in front."""
    return exact_key(_LABEL.sub("", name))[:_LONGEST_NAME]


def tokens_of(agency: Described) -> list[str]:
    """The tokens an agency is found by; neighbours first, in order."""
    texts = (agency.name, *agency.texts)
    paired: list[str] = []
    singles: dict[str, None] = {}
    for text in texts:
        found = pieces(fold(text))
        singles |= dict.fromkeys("c" + piece.text for piece in found)
        for one, following in pairwise(found):
            adjacent = following.position == one.position + 1
            paired.append(_run(one.text, following.text) if adjacent else GAP)
        paired.append(GAP)
        for length in (3, 4):
            for start in range(len(found) - length + 1):
                part = found[start : start + length]
                if part[-1].position == part[0].position + length - 1:
                    singles[_run(*(piece.text for piece in part))] = None
    words = dict.fromkeys("w" + word for text in texts for word in cut_for_search(text))
    for service in agency.services:
        words |= _words_of_service(service)
    key = name_key(agency.name)
    beginnings = [key[:length] for length in range(1, min(BEGINNING, len(key)) + 1)]
    return [
        *paired,
        *singles,
        *words,
        *(["n" + key] if key else []),
        *("b" + beginning for beginning in beginnings),
        *(["g" + agency.grade] if agency.grade else []),
        *(f"e{entry}" for entry in agency.entries),
    ]


def sought(text: str, *, grade: str = "", entry: int | None = None) -> Sought | None:
    """What is asked for; None when something was typed and nothing of it is a letter or a digit."""
    question = understood(text)
    if text.strip() and not question.asked:
        return None
    clauses = [tuple(_alternatives(asked)) for asked in question.asked]
    if grade:
        clauses.append((Alternative("all", ("g" + grade,)),))
    if entry is not None:
        clauses.append((Alternative("all", (f"e{entry}",)),))
    return Sought(tuple(dict.fromkeys(clauses)), name_key(question.text))


def fts5(clauses: Iterable[Clause]) -> str:
    """The clauses in the language of SQLite."""
    written = {"phrase": '"{}"', "begins": '"{}" *'}

    def one(way: Alternative) -> str:
        if way.how == "all":
            return "(" + " AND ".join(f'"{token}"' for token in way.tokens) + ")"
        return written[way.how].format(" ".join(way.tokens))

    return " AND ".join("(" + " OR ".join(one(way) for way in clause) + ")" for clause in clauses)


def tsquery(clauses: Iterable[Clause]) -> str:
    """The clauses in the language of PostgreSQL."""
    joints = {"phrase": " <-> ", "all": " & ", "begins": ""}

    def one(way: Alternative) -> str:
        ending = ":*" if way.how == "begins" else ""
        return "(" + joints[way.how].join(quoted(token) for token in way.tokens) + ending + ")"

    return " & ".join("(" + " | ".join(one(way) for way in clause) + ")" for clause in clauses)


def _alternatives(asked: Asked) -> Iterator[Alternative]:
    texts = [piece.text for piece in asked.pieces]
    if len(texts) == 1:
        yield Alternative("all", ("c" + texts[0],))
    elif len(texts) in _RUNS:
        yield Alternative("all", (_run(*texts),))
    else:
        yield Alternative("phrase", tuple(_run(one, following) for one, following in pairwise(texts)))
    if asked.words:
        yield Alternative("all", tuple("w" + word for word in asked.words))
    if asked.beginning:
        yield from (Alternative("begins", (letter + asked.beginning,)) for letter in "cw")
    elif len(asked.words) == 1 and len(asked.words[0]) >= _SHORTEST_CODE and asked.pieces[0].kind != "han":
        # The beginning of a credit code or a reference.
        yield Alternative("begins", ("w" + asked.words[0],))


def _run(*pieces_: str) -> str:
    return _RUNS[len(pieces_)] + _JOINT.join(pieces_)


@lru_cache(maxsize=8192)
def _words_of_service(name: str) -> dict[str, None]:
    """The words of a service's name, which many agencies have in common."""
    return dict.fromkeys("w" + word for word in cut_for_search(name))
