"""The help in the index: one document a section and language; and from what was found to where it is read."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from flask import url_for

from market.pages.help.guides import GUIDES, REFERENCE, half_of, languages_of, plain
from market.pages.help.rendering import words_of
from market.search.found import Document
from market.search.highlight import Marker
from market.search.question import understood

KIND = "help"
LONGEST_LINE = 90
_ASKING = re.compile(
    r"^\s*(?:请问|我想|我要)?\s*(?:怎么样|怎么(?!办)|怎样|如何|什么是|哪里可以|哪里|在哪|为什么)(?=.)"
    r"|^\s*(?:how|where|when|why|what|can|may)\s+(?:(?:do|does|can|may|should|is|are|to)\s+)?(?:(?:i|we|you|a|an|the)\s+)*(?=\w)"
    r"|(?<=.)(?:怎么办|怎么做|是什么|吗|呢)?\s*[?？]*\s*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Helped:
    """A section that helps: its heading, the guide it stands in, its address, and the line that has the words."""

    title: str
    guide: str
    href: str
    line: str


def documents() -> Iterator[Document]:
    """Every section of every guide, as it is indexed."""
    for key in GUIDES:
        for language in languages_of(key):
            half = half_of(key, language)
            for one in half.sections:
                body = f"{half.title}\n{words_of(one)}"
                name = f"{KIND}/{key}/{language}/{one.number}"
                yield {"id": name, "kind": KIND, "title": plain(one.title), "body": body}


@cache
def fingerprint() -> str:
    """What the shipped help says, as a digest; an index that holds another one must be rebuilt."""
    digest = hashlib.sha256()
    for one in documents():
        digest.update("\x1f".join((one["id"], one["title"], one["body"], "\x1e")).encode())
    return digest.hexdigest()


def asked(text: str) -> str:
    """What a question is about: `text` without the words that only ask (怎么, how do I)."""
    return _ASKING.sub("", text).strip() or text


def helped(ids: Iterable[str], text: str, language: str) -> list[Helped]:
    """The sections that these documents stand for, in the reader's language, each once; reference comes last.

    A section found in the other language leads to the section of the same number, where both have as many.
    """
    marker = Marker(understood(text))
    places = dict.fromkeys(place for name in ids if (place := _place(name, language)))
    found = []
    for key, number in sorted(places, key=lambda place: GUIDES[place[0]] in REFERENCE):
        half = half_of(key, language)
        section = half.sections[number]
        href = url_for("pages.guide", key=key, _anchor=section.anchor or None)
        found.append(Helped(plain(section.title), half.title, href, _line(_lines(key, language, number), marker)))
    return found


def _place(name: str, language: str) -> tuple[str, int] | None:
    """The guide and the section that a document stands for; None when it is of a guide that is no more."""
    _, key, written, number = name.split("/")
    if key not in GUIDES:
        return None
    here, there = half_of(key, language).sections, half_of(key, written).sections
    return key, int(number) if len(here) == len(there) and int(number) < len(here) else 0


@cache
def _lines(key: str, language: str, number: int) -> list[str]:
    return words_of(half_of(key, language).sections[number]).splitlines()


def _line(lines: list[str], marker: Marker) -> str:
    """The line that has most of the words, a word that few lines have before others; nothing when none has any."""
    marked = [marker.marked(line) for line in lines]
    words = [{part for part, hit in parts if hit} for parts in marked]
    often = Counter(word for found in words for word in found)
    worth = [sum(len(word) / often[word] for word in found) for found in words]
    if not any(worth):
        return ""
    best = worth.index(max(worth))
    return _cut(lines[best], len("".join(part for part, _ in takewhile(lambda one: not one[1], marked[best]))))


def _cut(line: str, place: int) -> str:
    """So much of `line` around `place` as a list can show."""
    begin = max(place - LONGEST_LINE // 3, 0) if len(line) > LONGEST_LINE else 0
    shown = line[begin : begin + LONGEST_LINE]
    return f"{'…' if begin else ''}{shown}{'…' if begin + len(shown) < len(line) else ''}"
