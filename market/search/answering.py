"""From a question to the documents that answer it: as typed, as probably meant, or with some of the words."""

from collections.abc import Collection
from heapq import nlargest
from typing import NamedTuple

from whoosh.reading import IndexReader

from market.search.postings import Kept
from market.search.question import Question, together, understood
from market.search.ranking import Scores, Segments, Wanted, ranked, segments_of, understands
from market.search.vocabulary import Vocabulary


class Answer(NamedTuple):
    """Every document that answers, in groups: all of an earlier one come first. And the question as it was answered."""

    groups: list[Scores]
    question: Question
    meant: str = ""
    loose: bool = False

    @property
    def total(self) -> int:
        """How many documents answer."""
        return sum(len(group) for group in self.groups)

    def first(self, count: int) -> list[tuple[int, float]]:
        """The best `count` of them, best first, each with its score."""
        best: list[tuple[int, float]] = []
        for group in self.groups:
            numbers = nlargest(count - len(best), group, key=group.__getitem__)
            best += [(number, group[number]) for number in numbers]
        return best


class Answering:
    """What is kept in memory between questions. Any thread may use it."""

    def __init__(self) -> None:
        self._kept = Kept()
        self._vocabulary: tuple[object, Vocabulary] | None = None

    def answer(self, reader: IndexReader, question: Question, kinds: Collection[str] | None) -> Answer | None:
        """The documents with all that was asked; else with what was probably meant; else with some of the words."""
        if not reader.doc_count_all():
            return None
        segments = segments_of(reader, self._kept)
        asked = Wanted(question, kinds, loose=False)
        if found := ranked(segments, asked):
            return Answer([found], question)
        return self._meant(reader, segments, asked) or _loose(segments, asked._replace(loose=True))

    def _meant(self, reader: IndexReader, segments: Segments, asked: Wanted) -> Answer | None:
        """The documents with what was probably meant, where something was probably mistyped."""
        question, kinds, _ = asked
        known = len(question.asked) > 1 and understands(segments, question)
        for guess in () if known else self._names_in(reader).guesses(question.text):
            readings = [understood(one) for one in guess]
            answers = [(one, ranked(segments, Wanted(one, kinds, loose=False))) for one in readings]
            if answers := [(one, found) for one, found in answers if found]:
                groups: list[Scores] = []
                for _, found in answers:
                    groups.append({n: score for n, score in found.items() if not any(n in group for group in groups)})
                return Answer(groups, together([one for one, _ in answers]), meant=answers[0][0].text)
        return None

    def _names_in(self, reader: IndexReader) -> Vocabulary:
        state = tuple(leaf.segment().segment_id() for leaf, _ in reader.leaf_readers())
        kept = self._vocabulary
        if kept is None or kept[0] != state:
            names = [bytes(name).decode() for name in reader.lexicon("called")]
            # Most commits bring notices, which add no name.
            kept = (state, kept[1] if kept and kept[1].names == names else Vocabulary(names))
            self._vocabulary = kept
        return kept[1]


def _loose(segments: Segments, asked: Wanted) -> Answer | None:
    found = ranked(segments, asked)
    return Answer([found], asked.question, loose=True) if found else None
