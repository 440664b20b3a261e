"""The help in the index: one document a section and language; and from what was found to where it is read."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from flask import url_for

from market.pages.help.guides import GUIDES, half_of, languages_of, plain
from market.pages.help.rendering import words_of
from market.search.found import Document

KIND = "help"
_ASKING = re.compile(
    r"^\s*(?:请问|我想|我要)?\s*(?:怎么样|怎么(?!办)|怎样|如何|什么是|哪里可以|哪里|在哪|为什么)(?=.)"
    r"|^\s*(?:how|where|when|why|what|can|may)\s+(?:(?:do|does|can|may|should|is|are|to)\s+)?(?:(?:i|we|you|a|an|the)\s+)*(?=\w)"
    r"|(?<=.)(?:怎么办|怎么做|是什么|吗|呢)?\s*[?？]*\s*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Helped:
    """A section that helps: its heading, the guide it stands in, and its address."""

    title: str
    guide: str
    href: str


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


def helped(ids: Iterable[str], language: str) -> list[Helped]:
    """The sections that these documents stand for, in the reader's language, each once.

    A section found in the other language leads to the section of the same number, where both have as many.
    """
    found: dict[str, Helped] = {}
    for name in ids:
        _, key, written, number = name.split("/")
        if key not in GUIDES:
            continue
        here, there = half_of(key, language), half_of(key, written)
        same = len(here.sections) == len(there.sections) and int(number) < len(here.sections)
        section = here.sections[int(number) if same else 0]
        href = url_for("pages.guide", key=key, _anchor=section.anchor or None)
        found.setdefault(href, Helped(plain(section.title), here.title, href))
    return list(found.values())
