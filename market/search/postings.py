"""A token's postings, read whole from Whoosh's segments and kept while they are asked for."""

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain, repeat
from operator import add
from threading import Lock

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import Matcher

# So many postings are kept in memory in all, each list counted so much longer than it is: all of
# 3,000 documents, about 12 MB a process.
KEPT_POSTINGS = 600_000
LIST_COSTS = 30
# A token seen more often in a document counts less and less; at this weight it counts half of what it can.
HALF_WEIGHT = 2.0
# A place is a document's number and, in the lower bits, the position in it: one whole number, so that sets of places
# are joined at once. No document has so many pieces.
POSITION_BITS = 20

# So many times shorter must a list be, that looking each of it up is quicker than reading the other one.
MUCH_SHORTER = 8


class Postings:
    """Documents of a token, ascending, and what it counts in each, below 1; its places when somebody asks for them."""

    def __init__(self, numbers: Sequence[int], counts: Sequence[float], values: Sequence[bytes]) -> None:
        self.numbers = numbers
        self.counts = counts
        self._positions = array("I", b"".join(values))
        # Mostly a token stands once in each document. (A field without positions has none at all.)
        once = len(self._positions) in (0, len(numbers))
        self._times = None if once else [len(value) // self._positions.itemsize for value in values]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def cost(self) -> int:
        """How much memory it takes, in postings."""
        return LIST_COSTS + max(len(self.numbers), len(self._positions))

    @cached_property
    def places(self) -> "array[int]":
        """All its places, ascending."""
        firsts: Iterable[int] = [number << POSITION_BITS for number in self.numbers]
        if self._times:
            firsts = chain.from_iterable(map(repeat, firsts, self._times))
        return array("Q", map(add, firsts, self._positions))

    @cached_property
    def begun(self) -> frozenset[int]:
        """The documents that begin with the token."""
        if 0 not in self._positions:
            return frozenset()
        firsts = accumulate(self._times or repeat(1, len(self.numbers)), initial=0)
        return frozenset(number for number, at in zip(self.numbers, firsts, strict=False) if not self._positions[at])

    def of(self, among: Iterable[int]) -> Iterator[tuple[int, float]]:
        """Those of the documents that have the token, with what it counts in them."""
        for number in among:
            at = bisect_left(self.numbers, number)
            if at < len(self.numbers) and self.numbers[at] == number:
                yield number, self.counts[at]

    def of_all(self, among: Sequence[int]) -> Iterable[float]:
        """What the token counts in each of the documents, all of which have it, ascending."""
        if len(among) == len(self.numbers):
            return self.counts
        if len(among) * MUCH_SHORTER < len(self.numbers):
            return [self.counts[bisect_left(self.numbers, number)] for number in among]
        return map(dict(zip(self.numbers, self.counts, strict=True)).__getitem__, among)


NONE = Postings((), (), ())


class Kept:
    """The postings lately read, in memory: a segment never changes. Those not asked for the longest go first."""

    def __init__(self) -> None:
        self._lists: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: tuple[str, str, str], matcher: Callable[[], Matcher | None]) -> Postings:
        """The postings of `key`, read from `matcher`, which gives None for no such token, when they are not kept."""
        with self._lock:
            found = self._lists.get(key)
            if found is not None:
                self._lists.move_to_end(key)
                return found
        source = matcher()
        found = NONE if source is None else _read(source)
        with self._lock:
            if key not in self._lists:
                self._lists[key] = found
                self._size += found.cost
            while self._size > KEPT_POSTINGS:
                self._size -= self._lists.popitem(last=False)[1].cost
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
    counts = array("f", [weight / (weight + HALF_WEIGHT) for weight in weights])
    return Postings(numbers, counts, values)
