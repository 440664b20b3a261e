"""What a person typed, taken apart.

Whoosh's own parser never sees it, so there is no syntax to break: words, phrases in quotation marks, nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from market.search.words import Piece, cut, cut_for_search, fold, pieces

# What lies beyond is not looked at: a question has an upper cost.
LONGEST_QUESTION = 120
MOST_TERMS = 8
# A Latin word also finds the words that begin with it, from this many letters on.
SHORTEST_BEGINNING = 3
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』〝〞", '"'))
# A document's number has no 年 in it and no 第 after the bracket (国发〔2015〕58号).
_OF_NO_NUMBER = re.compile(r"(?<=\d{4})年(?=\d+号)|(?<=[)\]〕】])第(?=\d+号)")
# An order is quoted by 第 and 号 (第673号), whatever people call it.
_ORDER = re.compile(r"第?(\d+)号令")
_ASKED = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of neighbouring pieces that must be found: between two blanks or marks, or in quotation marks."""

    pieces: tuple[Piece, ...]
    words: tuple[str, ...]

    @property
    def letters(self) -> str:
        """The word when it is one of Latin letters alone, typed without quotation marks; or nothing."""
        return self.pieces[0].text if self.words and len(self.pieces) == 1 and self.pieces[0].kind == "letters" else ""

    @property
    def beginning(self) -> str:
        """The letters whose endings are looked for too: one Latin word typed without quotation marks; or nothing."""
        return self.letters if len(self.letters) >= SHORTEST_BEGINNING else ""


@dataclass(frozen=True, slots=True)
class Question:
    """All that was asked, and its folded text. `loose`: the words of which a few will do when nothing has them all."""

    text: str
    asked: tuple[Asked, ...]
    exact: str
    loose: tuple[str, ...]


def understood(text: str) -> Question:
    """`text` taken apart. Anything may be typed; what holds neither letter nor digit asks nothing."""
    folded = _numbered(fold(text[:LONGEST_QUESTION]).translate(_QUOTES)[:LONGEST_QUESTION])
    asked: list[Asked] = []
    for match in _ASKED.finditer(folded):
        part = match.group()
        for run in _runs(pieces(part)):
            words = () if match.group(1) is not None else tuple(dict.fromkeys(cut(part[run[0].start : run[-1].end])))
            asked.append(Asked(pieces=run, words=words))
    free = " ".join(match.group(2) or "" for match in _ASKED.finditer(folded))
    loose = [word for word in cut_for_search(free) if len(word) > 1 and pieces(word)[0].kind == "han"]
    loose += [one.beginning for one in asked if one.beginning]
    return Question(folded.strip(), tuple(asked[:MOST_TERMS]), exact_key(folded), tuple(dict.fromkeys(loose)))


def _numbered(folded: str) -> str:
    """The text with the numbers of documents written as documents write them."""
    return _ORDER.sub(r"第\1号", _OF_NO_NUMBER.sub("〕", folded))


def together(questions: Sequence[Question]) -> Question:
    """Several questions as one, to mark what any of them asks for."""
    asked = tuple(asked for question in questions for asked in question.asked)
    return Question(questions[0].text, asked, questions[0].exact, ())


def exact_key(text: str) -> str:
    """A title as the index compares it whole: folded, without blanks and marks."""
    return "".join(piece.text for piece in pieces(fold(text)))


def _runs(found: list[Piece]) -> list[tuple[Piece, ...]]:
    """The pieces in runs of neighbours; a sentence's end parts two runs."""
    runs: list[list[Piece]] = []
    for piece in found:
        if runs and runs[-1][-1].position + 1 == piece.position:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return [tuple(run) for run in runs]
