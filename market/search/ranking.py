"""Which documents answer a question, and how well: sets of documents read from Whoosh's postings.

Whoosh stores and merges; its matchers, which step through a phrase one document at a time, took 60 ms for a phrase
common in 3,000 documents. Here each token's postings are read whole and joined as sets, and positions are looked at
only where all tokens are.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from itertools import islice, repeat
from math import log
from operator import add
from typing import NamedTuple

from whoosh.matching import Matcher
from whoosh.matching.wrappers import FilterMatcher
from whoosh.reading import IndexReader, TermNotFound

from market.search.postings import MUCH_SHORTER, POSITION_BITS, Kept, Postings
from market.search.question import Asked, Question
from market.search.synonyms import synonyms
from market.search.words import Piece, pieces

Scores = dict[int, float]

# Added to the document whose whole title was typed: more than any sum of word scores.
EXACT_TITLE = 1000.0
# A title that begins with what was typed counts for so much more.
AT_THE_BEGINNING = 1.3
# What has a short form's characters by chance counts for so much of it.
BY_CHANCE = 0.3
# A run of so many characters is asked for as it stands, where it stands anywhere.
SHORT_RUN = 3
# A Latin word also finds the words that begin with it: this many of them at most.
MOST_ENDINGS = 24


class Wanted(NamedTuple):
    """A question among documents of `kinds` (None: all). `loose`: any of the words will do, strictly it takes all."""

    question: Question
    kinds: Collection[str] | None
    loose: bool


def ranked(segments: "Segments", wanted: Wanted) -> Scores:
    """Every document that answers: its number in the index and its score."""
    kinds = wanted.kinds
    scores: Scores = {}
    for segment, offset in segments:
        found = segment.loose(wanted.question) if wanted.loose else segment.strict(wanted.question)
        if kinds is not None and found:
            among = set().union(*(segment.postings("kind", kind).numbers for kind in kinds))
            found = {number: score for number, score in found.items() if number in among}
        if not offset and not scores:
            scores = found
        else:
            scores.update((number + offset, score) for number, score in found.items())
    return scores


def understands(segments: "Segments", question: Question) -> bool:
    """Whether each part of the question is found somewhere by itself: then nothing was mistyped."""
    return all(any(segment.part(asked) for segment, _ in segments) for asked in question.asked)


def segments_of(reader: IndexReader, kept: Kept) -> "Segments":
    """The segments of the index, for one question, each with the number of its first document."""
    documents = reader.doc_count_all()
    segments: Segments = []

    @cache
    def rarity(field: str, text: str) -> float:
        having = sum(len(segment.postings(field, text).numbers) for segment, _ in segments)
        return log(1 + (documents - having + 0.5) / (having + 0.5)) if having < documents else 0.01

    segments += [(Segment(leaf, rarity, kept), offset) for leaf, offset in reader.leaf_readers()]
    return segments


class Segment:
    """One segment of the index, while one question is answered; numbers of documents are its own."""

    def __init__(self, reader: IndexReader, rarity: Callable[[str, str], float], kept: Kept) -> None:
        self.reader = reader
        self.kept = kept
        self.rarity = rarity
        segment = reader.segment()
        self.name: str = segment.segment_id()
        self.deleted = frozenset[int](segment.deleted_docs())
        # One question asks for the same token as a word, in a row, and in another row.
        self._lately: dict[tuple[str, str], Postings] = {}
        self._parts: dict[Asked, Scores] = {}

    def strict(self, question: Question) -> Scores:
        found = _all(self.part(asked) for asked in question.asked)
        if found and question.exact:
            for number in found.keys() & set(self.postings("exact", question.exact).numbers):
                found[number] += EXACT_TITLE
        return found

    def loose(self, question: Question) -> Scores:
        return _any(self._word(word, None) for word in question.loose)

    def part(self, asked: Asked) -> Scores:
        """The documents that have one part of a question; not to be changed."""
        found = self._parts.get(asked)
        if found is None:
            found = self._parts[asked] = self._part(asked)
        return found

    def _part(self, asked: Asked) -> Scores:
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
            # A short form's characters also stand side by side by chance: then the word itself does not stand there.
            meant = self._words(asked.words)
            return _best([meant, {n: score * BY_CHANCE for n, score in together.items() if n not in meant}])
        return _any([together, self._words(asked.words)])

    def _words(self, words: Collection[str]) -> Scores:
        found: Scores | None = None
        for word in sorted(words, key=lambda word: len(self.postings("t", word).numbers)):
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
            had, share = found.get, BY_CHANCE if word in synonyms() else 1.0
            found = {number: share * score + had(number, 0.0) for number, score in beside.items()}
        otherwise = self._otherwise(word)
        if otherwise and among is not None:
            otherwise = {number: score for number, score in otherwise.items() if number in among}
        return _best([found, otherwise])

    def _otherwise(self, word: str) -> Scores:
        """The documents that say it by another word of the same meaning; of several ways the best counts."""
        return _best(self.in_a_row(pieces(meant)) for meant in synonyms().get(word, ()))

    def token(self, field: str, text: str, among: Collection[int] | None = None) -> Scores:
        """The documents that have the token; only those `among`, where given."""
        postings = self.postings(field, text)
        rarity = self.rarity(field, text) if postings.numbers else 0.0
        if among is None:
            found = dict(zip(postings.numbers, map(rarity.__mul__, postings.counts), strict=True))
        elif len(among) * MUCH_SHORTER < len(postings.numbers):
            found = {number: rarity * count for number, count in postings.of(among)}
        else:
            pairs = zip(postings.numbers, postings.counts, strict=True)
            found = {number: rarity * count for number, count in pairs if number in among}
        for number in self.deleted & found.keys() if self.deleted else ():
            del found[number]
        return found

    def in_a_row(self, run: Sequence[Piece]) -> Scores:
        """The documents that have the pieces side by side in this order."""
        row = row_of(run)
        if len(row) == 1:
            found = self.token("t_chars", row[0][0])
            for number in self.postings("t_chars", row[0][0]).begun & found.keys():
                found[number] *= AT_THE_BEGINNING
            return found
        read = [(self.postings("t_chars", text), offset, text) for text, offset in row]
        read.sort(key=lambda one: len(one[0].numbers))
        starts = _starts([(postings, offset) for postings, offset, _ in read])
        numbers = sorted({start >> POSITION_BITS for start in starts}.difference(self.deleted))
        if not numbers:
            return {}
        sums: Iterable[float] = repeat(0.0)
        for postings, _, text in read:
            weighed = map(self.rarity("t_chars", text).__mul__, postings.of_all(numbers))
            sums = map(add, sums, weighed)
        found = dict(zip(numbers, sums, strict=False))
        for number in self.postings("t_chars", row[0][0]).begun & found.keys():
            if number << POSITION_BITS in starts:
                found[number] *= AT_THE_BEGINNING
        return found

    def postings(self, field: str, text: str) -> Postings:
        """All that the segment has of the token, deleted documents too."""
        found = self._lately.get((field, text))
        if found is None:
            found = self.kept.get((self.name, field, text), lambda: self._matcher(field, text))
            self._lately[field, text] = found
        return found

    def _matcher(self, field: str, text: str) -> Matcher | None:
        try:
            matcher = self.reader.postings(field, text)
        except TermNotFound:
            return None
        return matcher.child if isinstance(matcher, FilterMatcher) else matcher


Segments = list[tuple[Segment, int]]


def _starts(row: list[tuple[Postings, int]]) -> set[int]:
    """The places at which the row begins: of all tokens, rarest first, those that stand at their offsets from there."""
    (first, at), *others = row
    places = set(first.places)
    for postings, offset in others:
        # The few are moved to where the next token should be, and looked for there.
        step, at = offset - at, offset
        if step:
            places = {place + step for place in places}
        if len(places) * MUCH_SHORTER < len(postings.places):
            places = {place for place in places if _has(postings.places, place)}
        else:
            places.intersection_update(postings.places)
        if not places:
            return places
    return {place - at for place in places} if at else places


def _has(places: Sequence[int], place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place


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
    sums: Scores = {}
    for part in parts:
        if not sums:
            sums = dict(part)
            continue
        had = sums.get
        # No tuple is made for each document: so many at once would set the garbage collector to work.
        sums.update(zip(part, list(map(add, part.values(), map(had, part, repeat(0.0)))), strict=True))
    return sums


def _best(parts: Iterable[Scores]) -> Scores:
    """Documents of some part, each with the best of its scores."""
    best: Scores = {}
    for part in parts:
        if not best:
            best = dict(part)
            continue
        for number, score in part.items():
            if score > best.get(number, 0.0):
                best[number] = score
    return best


def _ranked_by(found: Scores, more: Scores) -> Scores:
    """`found`, with the scores of `more` added where it has them."""
    had = more.get
    return {number: score + had(number, 0.0) for number, score in found.items()}
