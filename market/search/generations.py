"""The index's folder: `CURRENT`, which names the generation in use, and one folder a generation."""

import json
import os
import shutil
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from whoosh.codec.base import Segment
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter
from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage
from whoosh.index import FileIndex, create_in, open_dir

from market.search.analysis import SCHEMA_VERSION, schema
from market.search.words import fingerprint


class Generation(NamedTuple):
    """One whole index beside others; `complete` when it was filled by a rebuild and not begun empty.

    `shipped` is what its maker noted of the texts in it that come with the program and not from the database.
    """

    name: str
    complete: bool
    shipped: str = ""


class Generations:
    """The generations in one folder. Only the one writer makes and swaps them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Generation | None:
        """The generation in use, if its words were cut as ours are."""
        try:
            noted: Any = json.loads((self.folder / "CURRENT").read_bytes())
            if noted["version"] == version():
                return Generation(str(noted["generation"]), bool(noted["complete"]), str(noted.get("shipped", "")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None

    def sound(self) -> bool:
        """Whether the current generation opens and its last document can be read."""
        current = self.current()
        if current is None:
            return False
        try:
            with open_dir(str(self.folder / current.name)).searcher() as searcher:
                reader = searcher.reader()
                for kind in reader.lexicon("kind"):
                    last = list(searcher.postings("kind", kind).all_ids())[-1]
                    reader.stored_fields(last)
                for fieldname in ("t", "t_chars"):
                    for text in reader.lexicon(fieldname):
                        searcher.postings(fieldname, text).all_ids()
                        break
        except Exception:
            # Whoosh meets torn files with whatever its parsing stumbles over.
            return False
        return True

    def new(self) -> tuple[str, FileIndex]:
        """An empty generation beside the current one: its name and its index."""
        name = f"generation-{time.time_ns():x}-{os.getpid()}"
        (self.folder / name).mkdir()
        return name, create_in(str(self.folder / name), schema())

    def swap(self, generation: Generation) -> None:
        """Name `generation` the current one and remove the others; open files of theirs stay readable."""
        noted = {"generation": generation.name, "complete": generation.complete, "version": version()}
        noted["shipped"] = generation.shipped
        beside = self.folder / "CURRENT.new"
        beside.write_text(json.dumps(noted), encoding="utf-8")
        beside.replace(self.folder / "CURRENT")
        for folder in self.folder.glob("generation-*"):
            if folder.name != generation.name:
                shutil.rmtree(folder, ignore_errors=True)


@cache
def version() -> str:
    """What an index must have been made by to be used."""
    return f"{SCHEMA_VERSION}-{fingerprint()}"


def codec() -> W3Codec:
    """How segments are written: long blocks, not compressed, because they are read whole."""
    return _Codec(blocklimit=4096, compression=0)


class _Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own, which asks for a document's length at every posting; nothing here is ranked by lengths."""

    def field_writer(self, storage: Storage, segment: Segment) -> W3FieldWriter:
        return _FieldWriter(self, storage, segment)


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]
    def add_postings(self, schema: Schema, lengths: object, items: Iterable[tuple[object, ...]]) -> None:
        super().add_postings(schema, None, items)
