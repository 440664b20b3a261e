"""The index as files: swapped, broken, written while read."""

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.search import generations
from market.search import index as index_module
from market.search.found import Document
from market.search.index import Index


def document(number: int, title: str = "水土保持方案") -> Document:
    return {"id": f"entry:{number}", "kind": "entry", "title": title, "body": f"ZJ-{number:04d}"}


def filled(folder: Path, count: int = 20) -> Index:
    made = Index.open(folder)
    made.rebuild(document(number) for number in range(count))
    return made


def generation(folder: Path) -> Path:
    return folder / str(json.loads((folder / "CURRENT").read_text())["generation"])


def test_a_new_index_is_empty_and_says_so(tmp_path: Path) -> None:
    made = Index.open(tmp_path)
    assert made.needs_rebuild
    assert made.find("水").total == 0
    made.add([document(1)])
    assert made.find("水").total == 1
    assert made.needs_rebuild


def test_a_rebuilt_index_needs_no_rebuild_and_is_seen_by_others(tmp_path: Path) -> None:
    other = Index.open(tmp_path)
    counted: list[int] = []
    made = Index.open(tmp_path)
    assert made.rebuild([document(1), document(2)], counted.append) == 2
    assert counted == [1, 2]
    assert not other.needs_rebuild
    assert other.find("水").total == 2
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_a_failed_rebuild_leaves_the_former_index(tmp_path: Path) -> None:
    made = filled(tmp_path)

    def broken() -> Iterator[Document]:
        yield document(99)
        raise ValueError

    with pytest.raises(ValueError):
        made.rebuild(broken())
    assert made.find("水").total == 20
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_a_document_added_again_takes_the_place_of_the_former(tmp_path: Path) -> None:
    made = filled(tmp_path, 3)
    made.add([document(1, "地震安全性评价")])
    assert made.find("水土").total == 2
    assert made.find("地震").total == 1
    made.remove(["entry:1", "entry:77"])
    assert made.find("地震").total == 0
    assert made.find("水土").total == 2


@pytest.fixture
def swept() -> Iterator[None]:
    """Collect after the test what it left open: else a later, innocent test is charged with it."""
    yield
    gc.collect()


# Whoosh leaves the files open that it cannot read.
@pytest.mark.usefixtures("swept")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("damage", ["cut", "noise", "gone", "toc"])
def test_a_broken_index_never_fails_a_search_and_is_begun_anew(tmp_path: Path, damage: str) -> None:
    filled(tmp_path)
    for file in generation(tmp_path).iterdir():
        if damage == "cut" and file.suffix == ".seg":
            file.write_bytes(file.read_bytes()[:50])
        elif damage == "noise" and file.suffix == ".seg":
            file.write_bytes(b"\x93" * 5000)
        elif damage == "gone" and file.suffix == ".seg":
            file.unlink()
        elif damage == "toc" and file.suffix == ".toc":
            file.write_bytes(b"nothing")
    assert Index(tmp_path).find("水土").missing
    again = Index.open(tmp_path)
    assert again.needs_rebuild
    found = again.find("水土")
    assert (found.total, found.missing) == (0, False)
    again.add([document(5)])
    assert again.find("水土").total == 1


def test_an_absent_folder_answers_missing(tmp_path: Path) -> None:
    made = Index(tmp_path / "nowhere")
    assert made.find("水").missing
    assert made.needs_rebuild


def test_a_folder_that_cannot_be_written_answers_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Index.open(tmp_path / "file" / "index").find("水").missing


def test_another_dictionary_empties_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(generations, "version", lambda: "another")
    assert Index.open(tmp_path).needs_rebuild


def test_a_reader_sees_whole_batches_while_another_writes(tmp_path: Path) -> None:
    made = filled(tmp_path, 5)
    reader = Index.open(tmp_path)
    seen: list[list[int]] = [[], []]
    stop = threading.Event()

    def read(totals: list[int]) -> None:
        while not stop.is_set():
            found = reader.find("水土")
            assert not found.missing
            totals.append(found.total)

    threads = [threading.Thread(target=read, args=(totals,)) for totals in seen]
    for thread in threads:
        thread.start()
    for batch in range(1, 9):
        made.add([document(batch * 5 + number) for number in range(5)])
    made.rebuild(document(number) for number in range(45))
    stop.set()
    for thread in threads:
        thread.join()
    for totals in seen:
        assert totals
        assert {total % 5 for total in totals} == {0}
        assert totals == sorted(totals)
    assert reader.find("水土").total == 45


def test_a_writer_killed_in_the_middle_loses_no_committed_document(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    script = (
        "import os, sys; from market.search.index import Index\n"
        "index = Index.open(sys.argv[1])\n"
        "def documents():\n"
        "    yield {'id': 'x', 'kind': 'entry', 'title': '水土', 'body': ''}\n"
        "    os._exit(9)\n"
        "index.rebuild(documents())\n"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", script, str(tmp_path)], check=False).returncode == 9
    made = Index.open(tmp_path)
    assert made.find("水土").total == 5
    made.add([document(6)])
    assert made.find("水土").total == 6


def test_two_processes_take_turns(tmp_path: Path) -> None:
    made, other = filled(tmp_path, 1), Index.open(tmp_path)
    with made.turn(), pytest.raises(index_module.Busy), other.turn(timeout=0.2):
        pass


def test_importing_the_search_loads_no_dictionary() -> None:
    script = (
        "import sys, market.search.index, market.search.indexer\n"
        "from market.search import words\n"
        "assert 'jieba' not in sys.modules\n"
        "assert words.ENGINE != 'jieba' or words._CUTTER.loaded == 0\n"
        "words.cut('水土保持')\n"
        "assert words.ENGINE != 'jieba' or 50_000 < words._CUTTER.loaded < 150_000\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
