"""The index behind its verbs: open, add, remove, find, and rebuild.

The folder is a projection of the database and disposable. It holds generations of the index (`generations.py`) and
`turn`, the lock of the one writer. A rebuild fills a new generation beside the old one and swaps the name; readers
follow at their next question.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from whoosh.index import open_dir
from whoosh.searching import Searcher
from whoosh.util.filelock import FileLock, try_for

from market.search.analysis import searchable
from market.search.answering import Answer, Answering
from market.search.found import Document, Found, FoundIds, Hit
from market.search.generations import Generation, Generations, codec
from market.search.highlight import Marker
from market.search.mapped import read_in_place
from market.search.question import exact_key, understood
from market.search.words import fold

# Pages beyond are not made: nobody turns so many.
LAST_PAGE = 500
LONGEST_BODY = 50_000
LONGEST_NAMES = 600
# Facets are counted over so many at most.
MOST_IDS = 2_000
# Seconds that a writer waits for its turn.
PATIENCE = 10.0
Told = TypeVar("Told")
log = logging.getLogger(__name__)
read_in_place()


class Busy(Exception):
    """Another process writes the index for longer than the caller would wait."""


class Index:
    """The search index in one folder. Any thread may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.patience = PATIENCE
        self._generations = Generations(folder)
        self._idle: list[tuple[str, Searcher]] = []
        self._answering = Answering()
        self._writing = threading.RLock()
        self._depth = 0

    @classmethod
    def open(cls, folder: Path | str) -> "Index":
        """The index in `folder`. One that is absent, broken, or cut by another dictionary is replaced by an empty one.

        Never fails: where nothing can be written, every search answers `missing`. Ask `needs_rebuild` afterwards.
        """
        index = cls(Path(folder))
        try:
            index.folder.mkdir(parents=True, exist_ok=True)
            if not index._generations.sound():
                with index.turn(timeout=1):
                    index._start_empty_if_unsound()
        except (OSError, Busy) as error:
            log.warning("the search index in %s cannot be opened: %s", folder, error)
        if index.needs_rebuild:
            log.warning("the search index in %s is incomplete: run `flask search rebuild`", folder)
        return index

    @property
    def needs_rebuild(self) -> bool:
        """Whether the index is absent, or was begun empty and never filled by `rebuild`."""
        current = self._generations.current()
        return current is None or not current.complete

    @property
    def shipped(self) -> str:
        """What `rebuild` was told of the texts that come with the program; nothing for an index begun empty."""
        current = self._generations.current()
        return current.shipped if current else ""

    def add(self, documents: Iterable[Document]) -> None:
        """Put documents in, each in place of the former one of its id, with one commit."""
        self.write(documents, remove=())

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out; ids that are not there are no error."""
        self.write((), remove=ids)

    def write(self, documents: Iterable[Document], *, remove: Iterable[str]) -> None:
        """`add` and `remove` with one commit. Raises Busy when the writer's turn does not come within 10 s."""
        documents, gone = list(documents), list(remove)
        with self.turn():
            try:
                self._commit(documents, gone)
            except Exception:
                if self._generations.sound():
                    raise
                log.exception("the search index is broken and begins anew, empty")
                self._start_empty_if_unsound()
                self._commit(documents, gone)

    def find(self, text: str, *, kinds: Collection[str] | None = None, page: int = 1, per_page: int = 20) -> Found:
        """The documents that answer `text`, whatever it is; see `Found`. `kinds` None means all kinds."""
        page = min(max(page, 1), LAST_PAGE)

        def shown(searcher: Searcher, answer: Answer) -> Found:
            marker = Marker(answer.question)
            best = answer.first(page * per_page)[(page - 1) * per_page :]
            hits = [_hit(searcher.stored_fields(number), score, marker) for number, score in best]
            return Found(answer.total, hits, page, per_page, answer.loose, meant=answer.meant)

        found, missing = self._asked(text, kinds, shown)
        return found or Found(page=page, per_page=per_page, missing=missing)

    def ids(self, text: str, *, kinds: Collection[str] | None = None) -> FoundIds:
        """The ids of all documents that `find` would show on all its pages."""

        def listed(searcher: Searcher, answer: Answer) -> FoundIds:
            found = [str(searcher.stored_fields(number)["id"]) for number, _ in answer.first(MOST_IDS)]
            return FoundIds(found, answer.loose, meant=answer.meant)

        found, missing = self._asked(text, kinds, listed)
        return found or FoundIds(missing=missing)

    def rebuild(
        self, documents: Iterable[Document], report: Callable[[int], None] | None = None, *, shipped: str = ""
    ) -> int:
        """Build a new generation from `documents` and swap it in; how many they were.

        Until the swap the old one answers; `report` is told the count after each document. `shipped` is kept for the
        property of that name.
        """
        with self.turn():
            name, fresh = self._generations.new()
            writer = fresh.writer(limitmb=256, codec=codec())
            count = 0
            try:
                for count, document in enumerate(documents, 1):
                    writer.add_document(**_fields(document))
                    if report:
                        report(count)
                writer.commit(optimize=True)
            except BaseException:
                writer.cancel()
                shutil.rmtree(self.folder / name, ignore_errors=True)
                raise
            fresh.close()
            self._generations.swap(Generation(name, complete=True, shipped=shipped))
            return count

    @contextmanager
    def turn(self, timeout: float | None = None) -> Iterator[None]:
        """Be the one writer among threads and processes until the block ends; `add` and `remove` go through in it."""
        timeout = self.patience if timeout is None else timeout
        if not self._writing.acquire(timeout=timeout):
            raise Busy(str(self.folder))
        lock = None
        try:
            if self._depth == 0:
                lock = FileLock(str(self.folder / "turn"))
                if not try_for(lock.acquire, timeout=timeout):
                    lock = None
                    raise Busy(str(self.folder))
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
        finally:
            if lock:
                lock.release()
            self._writing.release()

    # -- reading

    def _asked(
        self, text: str, kinds: Collection[str] | None, told: Callable[[Searcher, Answer], Told]
    ) -> tuple[Told | None, bool]:
        """What `told` makes of the answer, or None when there is none; and whether the index cannot answer now."""
        question = understood(text)
        if not question.asked or (kinds is not None and not kinds):
            return None, self._generations.current() is None
        for last_try in (False, True):
            try:
                current = self._generations.current()
                if current is None:
                    return None, True
                with self._searcher(current.name) as searcher:
                    answer = self._answering.answer(searcher.reader(), question, kinds)
                    return (told(searcher, answer) if answer else None), False
            except Exception as error:
                # A merge may take a segment away between reading its name and opening it; torn files of a power cut
                # fail in many ways. Opened anew it is right, or search is missing: a page never falls over it.
                self.close()
                if last_try:
                    # As text: a record that kept the error would keep the torn files open that its frames hold.
                    log.warning("the search index in %s does not answer: %s", self.folder, repr(error))
        return None, True

    @contextmanager
    def _searcher(self, generation: str) -> Iterator[Searcher]:
        """A fresh searcher of the generation, used by one thread at a time and kept for the next."""
        kept: tuple[str, Searcher] | None
        try:
            kept = self._idle.pop()
        except IndexError:
            kept = None
        if kept and kept[0] == generation:
            searcher = kept[1].refresh()
        else:
            if kept:
                kept[1].close()
            searcher = open_dir(str(self.folder / generation)).searcher()
        try:
            yield searcher
        except BaseException:
            searcher.close()
            raise
        self._idle.append((generation, searcher))

    def close(self) -> None:
        """Close the files of the searchers kept for the next question, which may still come."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop()[1].close()

    def __del__(self) -> None:
        self.close()

    # -- writing

    def _start_empty_if_unsound(self) -> None:
        if not self._generations.sound():
            name, fresh = self._generations.new()
            fresh.close()
            self._generations.swap(Generation(name, complete=False))

    def _commit(self, documents: list[Document], gone: list[str]) -> None:
        current = self._generations.current()
        if current is None:
            raise FileNotFoundError(self.folder / "CURRENT")
        writer = open_dir(str(self.folder / current.name)).writer(timeout=10, limitmb=64, codec=codec())
        try:
            for name in gone:
                writer.delete_by_term("id", name)
            for document in documents:
                writer.update_document(**_fields(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit()


def _fields(document: Document) -> dict[str, str | None]:
    title, body = document["title"], document["body"][:LONGEST_BODY]
    streams = searchable(title, body)
    exact = exact_key(title)
    return {
        "id": document["id"],
        "kind": document["kind"],
        "title": title,
        "exact": exact,
        "called": fold(document.get("called", ""))[:LONGEST_NAMES] or None,
        "t": streams,
        "t_chars": streams,
    }


def _hit(stored: dict[str, str], score: float, marker: Marker) -> Hit:
    return Hit(stored["id"], stored["kind"], marker.marked(stored["title"]), score)
