"""A token's postings, read whole from Whoosh's segments and kept while they are asked for."""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, repeat
from threading import Lock
from typing import NamedTuple

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import Matcher

# Lists of postings from this length on are kept in memory, so many postings in all: about 8 MB a process.
LONG_LIST = 100
KEPT_POSTINGS = 100_000


class Postings(NamedTuple):
    """Documents of a token, ascending, each with the token's weight in it and its positions as stored."""

    numbers: Sequence[int]
    weights: Sequence[float]
    values: Sequence[bytes]

    def of(self, among: Iterable[int]) -> Iterator[tuple[int, float]]:
        """Those of the documents that have the token, with its weights."""
        for number in among:
            at = bisect_left(self.numbers, number)
            if at < len(self.numbers) and self.numbers[at] == number:
                yield number, self.weights[at]

    def without(self, deleted: Collection[int]) -> "Postings":
        if not deleted:
            return self
        kept = [at for at, number in enumerate(self.numbers) if number not in deleted]
        return Postings(
            [self.numbers[at] for at in kept], [self.weights[at] for at in kept], [self.values[at] for at in kept]
        )


NONE = Postings([], [], [])


class Kept:
    """The longest postings lately read, in memory: a segment never changes. The one kept longest goes first."""

    def __init__(self) -> None:
        self._lists: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: tuple[str, str, str], matcher: Matcher) -> Postings:
        """The postings of `key`, read from `matcher` when they are not kept."""
        found = self._lists.get(key)
        if found is None:
            found = _read(matcher)
            if len(found.numbers) >= LONG_LIST:
                with self._lock:
                    if key not in self._lists:
                        self._lists[key] = found
                        self._size += len(found.numbers)
                    while self._size > KEPT_POSTINGS:
                        self._size -= len(self._lists.popitem(last=False)[1].numbers)
        return found


def _read(matcher: Matcher) -> Postings:
    """All of a token's postings, deleted documents too."""
    numbers, weights, values = array("I"), array("f"), list[bytes]()
    # Block by block is 20 times as fast as document by document, and Whoosh has no public door for it; it is pinned.
    while isinstance(matcher, W3LeafMatcher) and not matcher._atend:
        matcher._read_data()
        steps, heavy, stored = matcher._data
        numbers.extend(accumulate(steps))
        # All of one weight are stored as that number, of weight 1 as nothing.
        same = heavy is None or isinstance(heavy, float)
        weights.extend(repeat(heavy or 1.0, len(steps)) if same else heavy)
        values.extend(stored if isinstance(stored, list | tuple) else repeat(b"", len(steps)))
        matcher._next_block()
    while not isinstance(matcher, W3LeafMatcher) and matcher.is_active():
        numbers.append(matcher.id())
        weights.append(matcher.weight())
        values.append(matcher.value())
        matcher.next()
    return Postings(numbers, weights, values)
