"""Whoosh's view of a document: the schema and the two token streams as fields."""

from array import array
from collections import defaultdict
from collections.abc import Iterator

from whoosh.analysis import IDAnalyzer
from whoosh.fields import ID, STORED, FieldType, Schema
from whoosh.formats import Existence, Positions

from market.search.words import cut_for_search, fold, stream

# Raised when the schema or the streams change: an index of another number is rebuilt.
SCHEMA_VERSION = 3
# Between title and body; a piece of text never holds it, and it leaves a gap in the positions.
SEPARATOR = "\x1e"
# How much a token of the title weighs against one of the body: this much in a long title, more the shorter it is.
TITLE_BOOST = 3.0
SHORT_TITLE_BOOST = 12.0


def searchable(title: str, body: str) -> str:
    """Title and body as one value, of which the analyzers know the title apart."""
    return title.replace(SEPARATOR, " ") + SEPARATOR + body


def _parts(value: str) -> Iterator[tuple[str, float]]:
    title, separator, body = value.partition(SEPARATOR)
    yield title, TITLE_BOOST + SHORT_TITLE_BOOST / (1 + len(title) / 4) if separator else 1.0
    yield body, 1.0


class Words(FieldType):  # type: ignore[misc]
    """The words, title first and heavier. Whoosh's own tokens and lengths would cost half of a rebuild."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=IDAnalyzer())

    def index(self, value: str, **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        weights: dict[str, float] = defaultdict(float)
        for text, boost in _parts(value):
            for word in cut_for_search(text):
                weights[word] += boost
        return ((word.encode(), 1, weight, b"") for word, weight in weights.items())


class Characters(FieldType):  # type: ignore[misc]
    """The characters with their positions, and each pair of neighbouring Han characters at the first one's position.

    Pairs are much rarer than characters: a phrase of two is a single look-up, a longer one needs few positions.
    Positions are plain numbers of 4 bytes: read 8 times as fast as Whoosh's own, which pickles each list.
    """

    def __init__(self) -> None:
        super().__init__(format=Positions(), analyzer=IDAnalyzer())

    def index(self, value: str, **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        weights: dict[str, float] = defaultdict(float)
        positions: dict[str, list[int]] = defaultdict(list)
        offset = 0
        for text, boost in _parts(value):
            last = -2
            for token, position in stream(fold(text)):
                weights[token] += boost
                positions[token].append(offset + position)
                last = max(last, position)
            offset += last + 2
        return (
            (token.encode(), 1, weight, array("I", positions[token]).tobytes()) for token, weight in weights.items()
        )


def schema() -> Schema:
    """The fields of the index."""
    return Schema(
        id=ID(unique=True, stored=True),
        kind=ID(stored=True),
        title=STORED,
        # The whole title, folded, without blanks and marks: who types it gets it first.
        exact=ID,
        # The names of which the vocabulary is made; see vocabulary.py.
        called=ID,
        t=Words(),
        t_chars=Characters(),
    )
