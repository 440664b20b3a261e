"""Which documents answer a question, and how well: sets of documents read from Whoosh's postings.

Whoosh stores and merges; its matchers, which step through a phrase one document at a time, took 60 ms for a phrase
common in 3,000 documents. Here each token's postings are read whole and joined as sets, and positions are looked at
only where all tokens are.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache, reduce
from itertools import islice
from math import log
from sys import byteorder
from typing import NamedTuple

from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import IndexReader

from market.search.postings import NONE, Kept, Postings
from market.search.question import Asked, Question
from market.search.synonyms import synonyms
from market.search.words import Piece, pieces

Scores = dict[int, float]

# A token seen more often in a document counts less and less; at this weight it counts half of what it can.
HALF_WEIGHT = 2.0
# Added to the document whose whole title was typed: more than any sum of word scores.
EXACT_TITLE = 1000.0
# A title that begins with what was typed counts for so much more.
AT_THE_BEGINNING = 1.3
_FIRST_PLACE = array("I", [0]).tobytes()
_FIRST_LENGTH = len(_FIRST_PLACE)
# A run of so many characters is asked for as it stands, where it stands anywhere.
SHORT_RUN = 3
# A Latin word also finds the words that begin with it: this many of them at most.
MOST_ENDINGS = 24
# So many times shorter must a list be, that looking each of it up is quicker than reading the other one.
MUCH_SHORTER = 8


class Wanted(NamedTuple):
    """A question among documents of `kinds` (None: all). `loose`: any of the words will do, strictly it takes all."""

    question: Question
    kinds: Collection[str] | None
    loose: bool


def ranked(reader: IndexReader, wanted: Wanted, kept: Kept) -> list[tuple[int, float]]:
    """Every document that answers, best first: its number in `reader` and its score."""
    kinds = wanted.kinds
    scores: Scores = {}
    for leaf, offset in reader.leaf_readers():
        segment = _Segment(leaf, _rarity(reader), kept)
        found = segment.loose(wanted.question) if wanted.loose else segment.strict(wanted.question)
        if kinds is not None and found:
            among = set().union(*(segment.token("kind", kind) for kind in kinds))
            found = {number: score for number, score in found.items() if number in among}
        scores.update((number + offset, score) for number, score in found.items())
    return [(number, scores[number]) for number in sorted(scores, key=scores.__getitem__, reverse=True)]


def understands(reader: IndexReader, question: Question, kept: Kept) -> bool:
    """Whether each part of the question is found somewhere by itself: then nothing was mistyped."""
    segments = [_Segment(leaf, _rarity(reader), kept) for leaf, _ in reader.leaf_readers()]
    return all(any(segment.part(asked) for segment in segments) for asked in question.asked)


def _rarity(reader: IndexReader) -> Callable[[str, str], float]:
    documents = reader.doc_count_all()

    @cache
    def rarity(field: str, text: str) -> float:
        having = reader.doc_frequency(field, text)
        return log(1 + (documents - having + 0.5) / (having + 0.5)) if having < documents else 0.01

    return rarity


class _Segment:
    """One segment of the index; numbers of documents are its own."""

    def __init__(self, reader: IndexReader, rarity: Callable[[str, str], float], kept: Kept) -> None:
        self.reader = reader
        self.kept = kept
        self.rarity = rarity
        # One question asks for the same token as a word, in a row, and in another row.
        self._lately: dict[tuple[str, str], Postings] = {}

    def strict(self, question: Question) -> Scores:
        found = _all(self.part(asked) for asked in question.asked)
        if found and question.exact:
            for number in self.token("exact", question.exact).keys() & found.keys():
                found[number] += EXACT_TITLE
        return found

    def loose(self, question: Question) -> Scores:
        return _any(self._word(word, None) for word in question.loose)

    def part(self, asked: Asked) -> Scores:
        """The documents that have one part of a question."""
        if asked.beginning:
            endings = islice(self.reader.expand_prefix("t", asked.beginning), MOST_ENDINGS)
            begun = [self.token("t", bytes(text).decode()) for text in endings]
            return _any([self.token("t_chars", asked.beginning), *begun, self._otherwise(asked.beginning)])
        together = self.in_a_row(asked.pieces)
        if not asked.words:
            return together
        if len(asked.words) == 1 and asked.pieces[0].kind == "han" and asked.words[0] not in synonyms():
            # Every document with the word has its characters in a row: the word only ranks.
            return _ranked_by(together, self.token("t", asked.words[0]))
        if together and len(asked.pieces) <= SHORT_RUN and not any(word in synonyms() for word in asked.words):
            # Two or three characters are meant as they stand: single ones of them elsewhere are no answer.
            return _any([together, *(self.token("t", word, together) for word in asked.words)])
        if len(asked.words) == 1 and asked.words[0] in synonyms():
            # A short form's characters also stand side by side by chance.
            return _best([together, self._words(asked.words)])
        return _any([together, self._words(asked.words)])

    def _words(self, words: Collection[str]) -> Scores:
        found: Scores | None = None
        for word in sorted(words, key=lambda word: self.reader.doc_frequency("t", word)):
            more = self._word(word, found)
            found = {number: found[number] + score for number, score in more.items()} if found is not None else more
            if not found:
                break
        return found or {}

    def _word(self, word: str, among: Collection[int] | None) -> Scores:
        found = self.token("t", word, among)
        if len(word) <= 2 and word[0] >= "\u3007":
            # A short word also stands inside others, and across two: one look-up in the characters.
            beside = self.token("t_chars", word, among)
            found = {number: found.get(number, 0.0) + score for number, score in beside.items()}
        otherwise = self._otherwise(word)
        if not otherwise:
            return found
        return _best([found, {n: score for n, score in otherwise.items() if among is None or n in among}])

    def _otherwise(self, word: str) -> Scores:
        """The documents that say it by another word of the same meaning; of several ways the best counts."""
        return _best(self.in_a_row(pieces(meant)) for meant in synonyms().get(word, ()))

    def token(self, field: str, text: str, among: Collection[int] | None = None) -> Scores:
        """The documents that have the token; only those `among`, where given."""
        postings = self._postings(field, text)
        rarity = self.rarity(field, text)
        weighed: Iterable[tuple[int, float]] = zip(postings.numbers, postings.weights, strict=True)
        if among is not None and len(among) * MUCH_SHORTER < len(postings.numbers):
            weighed, among = postings.of(among), None
        if among is None:
            return {number: rarity * weight / (weight + HALF_WEIGHT) for number, weight in weighed}
        return {number: rarity * weight / (weight + HALF_WEIGHT) for number, weight in weighed if number in among}

    def in_a_row(self, run: Sequence[Piece]) -> Scores:
        """The documents that have the pieces side by side in this order."""
        row = row_of(run)
        if len(row) == 1:
            return self._begun(self.token("t_chars", row[0][0]), row[0][0])
        row.sort(key=lambda token: self.reader.doc_frequency("t_chars", token[0]))
        read: list[Postings] = []
        common: set[int] = set()
        for text, _ in row:
            postings = self._postings("t_chars", text)
            common = common.intersection(postings.numbers) if read else set(postings.numbers)
            if not common:
                return {}
            read.append(postings)
        starts = self._starts(common, [(postings, offset) for postings, (_, offset) in zip(read, row, strict=True)])
        if not starts:
            return {}
        found = _any(self.token("t_chars", text, set(starts)) for text, _ in row)
        return {n: score * AT_THE_BEGINNING if 0 in starts[n] else score for n, score in found.items()}

    def _begun(self, found: Scores, text: str) -> Scores:
        """`found`, of which those count for more that begin with the token."""
        postings = self._postings("t_chars", text)
        for number, value in zip(postings.numbers, postings.values, strict=True):
            if value[:_FIRST_LENGTH] == _FIRST_PLACE:
                found[number] *= AT_THE_BEGINNING
        return found

    def _starts(self, common: set[int], row: list[tuple[Postings, int]]) -> dict[int, set[int]]:
        """Those of `common` in which the row begins somewhere, with the places."""
        starts: dict[int, set[int]] = {}
        for at, (postings, offset) in enumerate(row):
            for number, value in zip(postings.numbers, postings.values, strict=True):
                if number not in common:
                    continue
                if len(value) == _FIRST_LENGTH:
                    # Mostly a token stands once in a document: no set is made for its one place.
                    begin = int.from_bytes(value, byteorder) - offset
                    if not at or (begin in starts[number] and len(starts[number]) > 1):
                        starts[number] = {begin}
                    elif begin not in starts[number]:
                        common.remove(number)
                        del starts[number]
                else:
                    begins = {place - offset for place in array("I", value)}
                    starts[number] = starts[number] & begins if at else begins
                    if not starts[number]:
                        common.remove(number)
                        del starts[number]
        return starts

    def _postings(self, field: str, text: str) -> Postings:
        found = self._lately.get((field, text))
        if found is None:
            found = self._lately[field, text] = self._stored(field, text)
        return found

    def _stored(self, field: str, text: str) -> Postings:
        if (field, text) not in self.reader:
            return NONE
        matcher = self.reader.postings(field, text)
        deleted: Collection[int] = ()
        if isinstance(matcher, FilterMatcher):
            deleted, matcher = matcher._ids, matcher.child
        return self.kept.get((self.reader.segment().segment_id(), field, text), matcher).without(deleted)


def row_of(run: Sequence[Piece]) -> list[tuple[str, int]]:
    """Tokens that together prove the run, with their offsets in it: pairs of Han characters where there are two."""
    row: list[tuple[str, int]] = []
    at = 0
    while at < len(run):
        if run[at].kind == "han" and at + 1 < len(run) and run[at + 1].kind == "han":
            row.append((run[at].text + run[at + 1].text, at))
            at += 2
        elif run[at].kind == "han" and at and run[at - 1].kind == "han":
            row.append((run[at - 1].text + run[at].text, at - 1))
            at += 1
        else:
            row.append((run[at].text, at))
            at += 1
    return row


def _all(parts: Iterable[Scores]) -> Scores:
    """Documents of every part, scores added. A part after an empty one is not read."""
    found: Scores | None = None
    for part in parts:
        found = (
            part if found is None else {number: found[number] + part[number] for number in found.keys() & part.keys()}
        )
        if not found:
            break
    return dict(found or {})


def _any(parts: Iterable[Scores]) -> Scores:
    """Documents of some part, scores added."""
    return reduce(_added, parts, {})


def _best(parts: Iterable[Scores]) -> Scores:
    """Documents of some part, each with the best of its scores."""
    best: Scores = {}
    for part in parts:
        for number, score in part.items():
            best[number] = max(score, best.get(number, 0.0))
    return best


def _added(into: Scores, more: Scores) -> Scores:
    for number, score in more.items():
        into[number] = into.get(number, 0.0) + score
    return into


def _ranked_by(found: Scores, more: Scores) -> Scores:
    """`found`, with the scores of `more` added where it has them."""
    return {number: score + more.get(number, 0.0) for number, score in found.items()}
