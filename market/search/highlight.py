"""Which parts of a title were asked for."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from market.search.question import Question
from market.search.synonyms import synonyms
from market.search.words import HAN, UNSEEN, Piece, fold, pieces, stood

# Stands between two pieces; never in one.
_BETWEEN = "\x1f"
_HAN_ONLY = re.compile(rf"[{HAN}]+")


class Marker:
    """Marks titles for one question."""

    def __init__(self, question: Question) -> None:
        self._needles = _needles(question)
        self._beginnings = tuple(asked.beginning for asked in question.asked if asked.beginning)

    def marked(self, title: str) -> list[tuple[str, bool]]:
        """`title` in pieces, each with whether it was asked for; joined they are the title again."""
        joined, texts, places = _taken_apart(title)
        hit = [False] * len(texts)
        for needle, length in self._needles:
            found = joined.find(needle)
            while found >= 0:
                start = joined.count(_BETWEEN, 0, found)
                hit[start : start + length] = [True] * length
                found = joined.find(needle, found + 1)
        if self._beginnings:
            for at, text in enumerate(texts):
                if text.startswith(self._beginnings):
                    hit[at] = True
        return _pieces_of(title, [place for place, is_hit in zip(places, hit, strict=True) if is_hit])


@lru_cache(1024)
def _taken_apart(title: str) -> tuple[str, Sequence[str], list[tuple[int, int]]]:
    """The pieces of a title, folded: joined, one by one, and where in the title each begins and ends."""
    folded = fold(title)
    if _HAN_ONLY.fullmatch(folded) and len(folded) == len(title):
        return _between(folded), folded, list(zip(range(len(title)), range(1, len(title) + 1), strict=True))
    if len(folded) == len(title) and not UNSEEN.search(title):
        texts, places = stood(folded)
        return _between(texts), texts, places
    parts = [fold(character) for character in title]
    # An end offset points at the next character's start, or at the title's end.
    origin = [at for at, part in enumerate(parts) for _ in part] + [len(title)]
    texts, places = stood("".join(parts))
    return _between(texts), texts, [(origin[start], origin[end]) for start, end in places]


def _between(texts: Iterable[str]) -> str:
    return _BETWEEN + _BETWEEN.join(texts) + _BETWEEN


def _needles(question: Question) -> list[tuple[str, int]]:
    """Each run of pieces to be marked, joined, and how many pieces it has."""
    runs: list[Sequence[Piece]] = [asked.pieces for asked in question.asked]
    runs += [pieces(word) for asked in question.asked for word in asked.words]
    words = [*(word for asked in question.asked for word in asked.words), *question.loose]
    runs += [pieces(meant) for word in words for meant in synonyms().get(word, ())]
    runs += [pieces(word) for word in question.loose]
    return list(dict.fromkeys((_between(piece.text for piece in run), len(run)) for run in runs if run))


def _pieces_of(title: str, hits: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    result: list[tuple[str, bool]] = []
    done = 0
    for start, end in hits:
        end = max(end, start + 1)
        if start > done:
            result.append((title[done:start], False))
        if start >= done and result and result[-1][1]:
            result[-1] = (result[-1][0] + title[start:end], True)
        elif end > done:
            result.append((title[max(start, done) : end], True))
        done = max(done, end)
    if done < len(title):
        result.append((title[done:], False))
    return result
