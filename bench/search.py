"""Search of the site against SQLite FTS5: the same documents, the same words, the same questions, in one run.

Both answer with the 20 best and the exact total. No question is asked twice, so that nobody answers from memory. Prints
one line a limit and exits 1 when one is missed.
"""

import csv
import logging
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from bench.lines import told
from market.search.found import Document
from market.search.index import Index
from market.search.question import understood
from market.search.sounds import readings, spelled
from market.search.words import cut_for_search, fold, pieces

ITEMS = Path(__file__).parent.parent / "market" / "catalogue" / "data" / "items.csv"
DOCUMENTS = 3_000
QUESTIONS = 300
TIMES_FTS5 = 25.0
MOST_MS = 5.0
MOST_HOSTILE_MS = 50.0
PLACES = [
    f"虚构市{name}{kind}" for name in "东西南北滨江新高平安永兴长宁河湖山海" for kind in ("区", "镇", "街道", "工业园")
]
OWNERS = ("城投", "水务", "交建", "文旅", "农投", "国资", "教投", "医疗", "粮储", "港务", "能源", "环卫")
THINGS = (
    "污水处理厂",
    "道路改造",
    "物流园",
    "光伏电站",
    "中学迁建",
    "标准厂房",
    "水库加固",
    "门诊楼",
    "桥梁",
    "停车场",
    "泵站",
    "粮库",
)


def main() -> int:
    """Run and print; 1 when a limit is missed."""
    logging.disable(logging.WARNING)
    documents = made_documents(ITEMS)
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(folder)
        begin = time.process_time()
        index.rebuild(documents)
        print(f"rebuild: {time.process_time() - begin:.2f} s for {len(documents)} documents")
        peer = fts5(documents)
        missed = 0
        ours_all: list[float] = []
        theirs_all: list[float] = []
        for kind, questions in made_questions(documents).items():
            ours, theirs = timed(index.find, questions), timed(peer, questions)
            ours_all += ours
            theirs_all += theirs
            print(f"  {kind}: p95 {p95(ours):.2f} ms, FTS5 {p95(theirs):.2f} ms, ratio {p95(ours) / p95(theirs):.1f}")
        missed += told("search p95, ms CPU", p95(ours_all), MOST_MS)
        missed += told("search p95 / FTS5 p95", p95(ours_all) / p95(theirs_all), TIMES_FTS5)
        for kind, questions in unlike_any_words(documents).items():
            print(f"  {kind}: p95 {p95(timed(index.find, questions)):.2f} ms; FTS5 has no answer to these")
        missed += told("hostile search p95, ms CPU", p95(timed(index.find, hostile(documents))), MOST_HOSTILE_MS)
    return int(missed > 0)


def made_documents(items: Path) -> list[Document]:
    """Every item of the list, then notices about them until there are enough; the same ones every time."""
    dice = random.Random(20261121)
    with items.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = (
        "name_en",
        "act_name_zh",
        "act_name_en",
        "authority_zh",
        "legal_basis_zh",
        "service_output_zh",
        "price_basis_zh",
    )
    documents: list[Document] = []
    for number, row in enumerate(rows, 1):
        body = "\n".join([f"ZJ-{number:04d}", *(row[column] for column in columns)])
        called = f"{row['name_zh']} {row['act_name_zh']} {row['name_en']}"
        title = row["name_zh"]
        documents.append({"id": f"entry:{number}", "kind": "entry", "title": title, "body": body, "called": called})
    while len(documents) < DOCUMENTS:
        row, number = dice.choice(rows), len(documents)
        title = f"{dice.choice(PLACES)}{dice.choice(OWNERS)}{dice.choice(THINGS)}{row['name_zh']}选取公告"
        body = f"RQ-2026-{number:06d}K\n{row['act_name_zh']}\n{row['authority_zh']}\n{row['service_output_zh']}\n{row['legal_basis_zh'][:80]}"
        documents.append({"id": f"notice:{number}", "kind": "notice", "title": title, "body": body})
    return documents


def made_questions(documents: list[Document]) -> dict[str, list[str]]:
    """Questions by kind, taken from the documents."""
    dice = random.Random(7)
    titles = [document["title"] for document in documents]

    def part(length: int) -> str:
        title = dice.choice(titles)
        at = dice.randrange(max(1, len(title) - length))
        return title[at : at + length]

    words = sorted({word for title in titles[:131] for word in cut_for_search(title) if len(word) > 1})
    return {
        "one word": distinct(lambda: dice.choice(words)),
        "two words": distinct(lambda: f"{dice.choice(words)} {dice.choice(words)}"),
        "quoted phrase": distinct(lambda: f'"{part(6)}"'),
        "one character": distinct(lambda: part(1)),
        "two characters": distinct(lambda: part(2)),
        "across words": distinct(lambda: part(3)),
        "whole title": distinct(lambda: dice.choice(titles)),
        "code": distinct(lambda: f"RQ-2026-{dice.randrange(200, 2900):06d}"),
    }


def distinct(make: Callable[[], str]) -> list[str]:
    """Questions of one kind, each once, in the order of their making; fewer where there are not so many."""
    return list(dict.fromkeys(make() for _ in range(4 * QUESTIONS)))[:QUESTIONS]


def unlike_any_words(documents: list[Document]) -> dict[str, list[str]]:
    """Questions of which the index has no word: spelled in letters, by initials, and with one character too few."""
    dice = random.Random(11)
    names = [document["title"] for document in documents[:131]]

    def part() -> str:
        return "".join(one for one in dice.choice(names) if readings(one))[:6]

    def slip() -> str:
        name, at = dice.choice(names), dice.randrange(1, 5)
        return name[:at] + name[at + 1 : 6]

    return {
        "pinyin": distinct(lambda: spelled(part())),
        "initials": distinct(lambda: "".join(spelled(character)[0] for character in part())),
        "mistyped": distinct(slip),
    }


def hostile(documents: list[Document]) -> list[str]:
    """Questions that nobody means and that make the most work: long, mixed, repeated, and near to what there is."""
    dice = random.Random(13)
    known = "".join(document["title"] for document in documents[:131])
    letters = "abcdefghijklmnopqrstuvwxyz"
    repeated = [
        "水",
        "水土 ",
        "a",
        "水a",
        "s",
        "sh",
        "xian ",
        "jiance ",
        "hj ",
        '"',
        "e\u0301",
        "年号令第",
        "ﷺ",
        "-_.",
        "*?",
    ]

    def drawn(among: str, length: int) -> str:
        return "".join(dice.choice(among) for _ in range(length))

    return [
        *(part * 10_000 for part in repeated),
        *(drawn(known, length) for length in (3, 10, 30, 60, 120) for _ in range(10)),
        *(drawn(letters, length) for length in (5, 10, 20, 40) for _ in range(10)),
        *(" ".join(drawn(known, 3) for _ in range(30)) for _ in range(10)),
        *(" ".join(drawn(letters, 7) for _ in range(15)) for _ in range(10)),
        *(spelled(drawn(known, length)) for length in (3, 6, 12) for _ in range(10)),
        *(" ".join(spelled(drawn(known, 2)) for _ in range(10)) for _ in range(10)),
    ]


def fts5(documents: list[Document]) -> Callable[[str], tuple[list[str], int]]:
    """The peer: a contentless FTS5 table with both token streams, and the function that asks it."""
    peer = sqlite3.connect(":memory:")
    peer.execute("CREATE TABLE document (id INTEGER PRIMARY KEY, name TEXT, title TEXT)")
    peer.execute("CREATE VIRTUAL TABLE stream USING fts5(words, characters, content='', tokenize='unicode61')")
    for number, document in enumerate(documents, 1):
        text = f"{document['title']}\n{document['body']}"
        singles = " ".join(piece.text for piece in pieces(fold(text)))
        peer.execute("INSERT INTO document VALUES (?, ?, ?)", (number, document["id"], document["title"]))
        peer.execute(
            "INSERT INTO stream (rowid, words, characters) VALUES (?, ?, ?)",
            (number, " ".join(cut_for_search(text)), singles),
        )
    peer.execute("INSERT INTO stream (stream) VALUES ('optimize')")

    def find(text: str) -> tuple[list[str], int]:
        parts = []
        for asked in understood(text).asked:
            phrase = 'characters : "' + " ".join(piece.text for piece in asked.pieces) + '"'
            words = " AND ".join(f'words : "{word}"' for word in asked.words)
            parts.append(f"({phrase} OR ({words}))" if words else f"({phrase})")
        match = " AND ".join(parts)
        if not match:
            return [], 0
        best = "SELECT name, title FROM stream JOIN document ON id = stream.rowid WHERE stream MATCH ? ORDER BY rank LIMIT 20"
        total = peer.execute("SELECT count(*) FROM stream WHERE stream MATCH ?", (match,)).fetchone()[0]
        return [row[0] for row in peer.execute(best, (match,))], total

    return find


def timed(find: Callable[[str], object], questions: list[str]) -> list[float]:
    """Milliseconds of each question, each asked once, after one that loads what is loaded once."""
    find("环境影响评价报告 hjyxpjbg")
    taken = []
    for question in questions:
        begin = time.process_time()
        find(question)
        taken.append((time.process_time() - begin) * 1000)
    return taken


def p95(taken: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
