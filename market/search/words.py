"""Text into tokens: folding, single characters, and the words of a Chinese sentence.

Two streams are made of every text. `characters` gives single Han characters and whole Latin or number runs with their
positions: phrases, one character and a word across a word boundary are found by it. `words` gives the trade's words:
they rank. jieba's own dictionary holds 349,046 words and costs 50 MB a process; nearly all of it is names and rare
words that no service is called by, so only its frequent words are kept, together with the trade's own
(`dictionary.txt`). Whatever is not in it is still found by its characters.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version as version_of
from importlib.resources import files
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import NamedTuple

from market.search.synonyms import shipped, synonyms

try:
    import rjieba
except ImportError:
    rjieba = None

ENGINE = "rjieba" if rjieba else "jieba"
# Words that jieba's corpus saw less often are left out of the dictionary; see the module's docstring.
RARE = 20
# The weight of a trade word: above any general word, so that it is never cut apart.
TRADE_WEIGHT = 5000
LONGEST_RUN = 64

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECE = re.compile(
    rf"(?P<han>[{HAN}])|(?P<letters>(?:(?![{HAN}])[^\W\d_])+)|(?P<digits>\d+)|(?P<stop>[\x1e\n。;!?,、])"
)
_CODE = re.compile(rf"(?:(?![{HAN}])[^\W_])+(?:[-‐-―_./](?:(?![{HAN}])[^\W_])+)*")
_HAN_RUN = re.compile(rf"[{HAN}]+")
# Runs of Han characters whose words are remembered: documents quote the same laws and items again and again.
RUNS_REMEMBERED = 4096
# What takes no place of its own: soft hyphens, loose accents, zero-width and direction marks, variation selectors.
UNSEEN = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_NOT_WORD = re.compile(r"[\W_]+")


class Piece(NamedTuple):
    """One token of the character stream: folded text, position (a sentence's end leaves a gap), offsets in the text."""

    text: str
    position: int
    start: int
    end: int
    kind: str


def fold(text: str) -> str:
    """`text` in one form: full-width characters as half-width, upper case as lower case, nothing that is not seen."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold())


def pieces(folded: str) -> list[Piece]:
    """The character stream of a folded text."""
    found: list[Piece] = []
    for position, match in enumerate(_PIECE.finditer(folded)):
        kind = match.lastgroup or ""
        if kind != "stop":
            found.append(Piece(match.group()[:LONGEST_RUN], position, match.start(), match.end(), kind))
    return found


def stood(folded: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The texts of the character stream and where each begins and ends, when nothing else is asked: 4 times as fast."""
    found = [match for match in _PIECE.finditer(folded) if match.lastgroup != "stop"]
    return [match.group()[:LONGEST_RUN] for match in found], [match.span() for match in found]


def stream(folded: str) -> Iterator[tuple[str, int]]:
    """The character stream with its positions, and each pair of neighbouring Han characters at the first one's."""
    before, at = "", 0
    for position, match in enumerate(_PIECE.finditer(folded)):
        kind = match.lastgroup
        if kind == "han":
            text = match.group()
            if before:
                yield before + text, at
            yield text, position
            before, at = text, position
        else:
            before = ""
            if kind != "stop":
                yield match.group()[:LONGEST_RUN], position


def characters(text: str) -> list[str]:
    """Single Han characters and whole Latin or number runs, folded, in order."""
    return [piece.text for piece in pieces(fold(text))]


def cut(text: str) -> list[str]:
    """The words of `text` for a query, folded: each part of it once, codes joined (`ZJ-0011` is `zj0011`)."""
    folded = fold(text)
    spans = [(run.start(), _CUTTER.cut(run.group())) for run in _HAN_RUN.finditer(folded)]
    spans += [(run.start(), [_joined(run.group())]) for run in _CODE.finditer(folded)]
    return [word for _, run in sorted(spans) for word in run]


def cut_for_search(text: str) -> Iterator[str]:
    """The words of `text` for the index, folded: also the words inside long words and the parts of codes."""
    folded = fold(text)
    for run in _HAN_RUN.finditer(folded):
        yield from _words_in(run.group())
    for run in _CODE.finditer(folded):
        parts = [piece.text for piece in pieces(run.group())]
        yield from parts
        if len(parts) > 1:
            yield _joined(run.group())


@lru_cache(RUNS_REMEMBERED)
def _words_in(run: str) -> tuple[str, ...]:
    return tuple(_CUTTER.cut_for_search(run))


def _joined(code: str) -> str:
    return _NOT_WORD.sub("", code)[:LONGEST_RUN]


def trade_words() -> list[str]:
    """The trade's own words, as shipped: those of the dictionary, and the Chinese ones that have synonyms."""
    lines = _dictionary().decode().splitlines()
    own = [word for line in lines if (word := line.partition("#")[0].strip())]
    return list(dict.fromkeys([*own, *(word for word in synonyms() if _HAN_RUN.fullmatch(word))]))


def fingerprint() -> str:
    """What the cutting of words depends on; an index cut by another fingerprint must be rebuilt."""
    parts = [ENGINE, version_of(ENGINE), str(RARE), str(TRADE_WEIGHT)]
    parts += [hashlib.sha256(one).hexdigest() for one in (_dictionary(), shipped())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _dictionary() -> bytes:
    return (files("market.search") / "dictionary.txt").read_bytes()


class _Jieba:
    """jieba's way of cutting, the most probable row of words, over the frequent words of its dictionary.

    `import jieba` also brings the tables of its guesser of unknown words, 10 to 65 MB a process, which are of no use
    here; so the package gives the dictionary and, in a test, the proof that both cut alike.
    """

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._weights: dict[str, int] = {}
        self._log_total = 0.0

    @property
    def loaded(self) -> int:
        """How many words and beginnings of words are in memory."""
        return len(self._weights)

    def cut(self, text: str) -> list[str]:
        self._table()
        # best[at] is the best sum of logarithms from `at` to the end, and where its first word ends.
        best = [(0.0, 0)] * (len(text) + 1)
        for at in range(len(text) - 1, -1, -1):
            best[at] = max([(self._worth(text[at:end]) + best[end][0], end) for end in self._ends(text, at)])
        words: list[str] = []
        at = 0
        while at < len(text):
            words.append(text[at : best[at][1]])
            at = best[at][1]
        return words

    def cut_for_search(self, text: str) -> list[str]:
        weights = self._table()
        words: list[str] = []
        for word in self.cut(text):
            lengths = range(2, len(word))
            words += [
                part for n in lengths for at in range(len(word) - n + 1) if weights.get(part := word[at : at + n])
            ]
            words.append(word)
        return words

    def _worth(self, word: str) -> float:
        return log(self._weights.get(word) or 1) - self._log_total

    def _ends(self, text: str, at: int) -> list[int]:
        """Where a word that begins at `at` may end; after the single character when none is known."""
        ends = []
        end = at + 1
        while end <= len(text) and (weight := self._weights.get(text[at:end])) is not None:
            if weight:
                ends.append(end)
            end += 1
        return ends or [at + 1]

    def _table(self) -> dict[str, int]:
        with self._loading:
            if not self._weights:
                weights = _weights()
                self._log_total = log(sum(weights.values()))
                self._weights = weights
        return self._weights


def _weights() -> dict[str, int]:
    """Word to weight; the beginnings of a word that are no words themselves weigh 0, as jieba's own table has it."""
    weights: dict[str, int] = {}
    jieba = find_spec("jieba")
    if jieba is None or jieba.origin is None:
        raise ModuleNotFoundError("jieba, by whose dictionary the search cuts words, is not installed")
    with Path(jieba.origin).with_name("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, weight, _ = line.split(" ")
            if int(weight) >= RARE:
                weights[word] = int(weight)
    for word in trade_words():
        weights[word] = max(TRADE_WEIGHT, weights.get(word, 0))
    for word in list(weights):
        for end in range(1, len(word)):
            weights.setdefault(word[:end], 0)
    return weights


class _Rjieba:
    """The compiled engine: its dictionary is built in and larger; the trade's words are added at the first cut."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded = False

    def cut(self, text: str) -> list[str]:
        self._load()
        return list(rjieba.cut(text, False))

    def cut_for_search(self, text: str) -> list[str]:
        self._load()
        return list(rjieba.cut_for_search(text, False))

    def _load(self) -> None:
        with self._loading:
            if not self._loaded:
                for word in trade_words():
                    rjieba.add_word(word, TRADE_WEIGHT, "n")
                self._loaded = True


_CUTTER: _Jieba | _Rjieba = _Rjieba() if ENGINE == "rjieba" else _Jieba()
