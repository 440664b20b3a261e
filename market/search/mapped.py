"""Whoosh's segments read where they are mapped.

Whoosh maps a segment's file into memory and then copies all of it into a BytesIO, for each reader: 20 MB and 4 ms of
every searcher for 3,000 documents. Its class is replaced by one that reads the mapped bytes; Whoosh is pinned.
"""

import io

from whoosh.filedb import compound
from whoosh.filedb.structfile import BufferFile


class View(io.RawIOBase):
    """A file over bytes that are already in memory."""

    def __init__(self, source: memoryview) -> None:
        super().__init__()
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._source)}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = None if size is None or size < 0 else self._at + size
        taken = bytes(self._source[self._at : end])
        self._at += len(taken)
        return taken

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


class MappedFile(BufferFile):  # type: ignore[misc]
    """One file of a compound segment, not copied."""

    def __init__(self, buf: memoryview, name: str | None = None) -> None:
        super().__init__(b"", name=name)
        self._buf = buf
        self.file = View(buf)


def read_in_place() -> None:
    """Make Whoosh open compound segments by MappedFile."""
    compound.BufferFile = MappedFile
