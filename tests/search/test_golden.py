"""What a person types, and what must come first: over the documents of the real list.

Where a query means several things alike, `first` names each of them, with a bar between.
"""

import csv
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from market.search.found import Document
from market.search.index import Index

DATA = files("market.catalogue") / "data"
GOLDEN = list(csv.DictReader((Path(__file__).parent / "golden.csv").read_text(encoding="utf-8").splitlines()))


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


def documents() -> Iterator[Document]:
    """The list as `flask search rebuild` indexes it, and some notices."""
    columns = ("name_en", "act_name_zh", "act_name_en", "category_zh", "category_en", "authority_zh")
    more = ("legal_basis_zh", "price_basis_zh", "service_output_zh", "merged_group_zh")
    for number, row in enumerate(rows("items.csv"), 1):
        body = " ".join([f"ZJ-{number:04d}", *(row[column] for column in (*columns, *more))])
        called = f"{row['name_zh']} {row['act_name_zh']} {row['name_en']}"
        yield {"id": f"entry/{number}", "kind": "entry", "title": row["name_zh"], "body": body, "called": called}
    for number, row in enumerate(rows("cleaned_up.csv"), 1):
        if row["handling_type"] == "abolished":
            body = " ".join((row["act_name_zh"], row["decision_document"], row["handling"]))
            name = row["name_zh"]
            yield {"id": f"removed/{number}", "kind": "removed", "title": name, "body": body, "called": name}
    for row in json.loads((DATA / "bundles.json").read_text(encoding="utf-8"))["bundles"]:
        body = " ".join(row[column] for column in ("code", "name_en", "summary_zh", "summary_en"))
        called = f"{row['name_zh']} {row['name_en']}"
        yield {
            "id": f"bundle/{row['code']}",
            "kind": "bundle",
            "title": row["name_zh"],
            "body": body,
            "called": called,
        }
    for number, row in enumerate(rows("items.csv")[:20], 1):
        owner = "东区城投污水处理厂" if number == 11 else "西区水务泵站"
        title = f"虚构市{owner}{row['name_zh']}选取公告"
        ref = "RQ-2026-000007K" if number == 11 else f"RQ-2026-0001{number:02d}X"
        yield {"id": f"notice/{number}", "kind": "notice", "title": title, "body": f"{ref} ZJ-{number:04d}"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    made = Index.open(tmp_path_factory.mktemp("golden"))
    made.rebuild(documents())
    yield made
    made.close()


def test_no_golden_query_is_there_twice_and_each_is_of_documents_that_there_are() -> None:
    titles = {(document["kind"], document["title"]) for document in documents()}
    asked = [(row["query"], row["kind"]) for row in GOLDEN]
    assert len(asked) >= 400 and len(set(asked)) == len(asked)
    wanted = [(row["kind"], one) for row in GOLDEN for one in row["first"].split("|")]
    assert [one for one in wanted if one not in titles] == []


@pytest.mark.parametrize("row", GOLDEN, ids=[row["query"] for row in GOLDEN])
def test_what_is_meant_comes_first(index: Index, row: dict[str, str]) -> None:
    found = index.find(row["query"], kinds={row["kind"]})
    first = ["".join(text for text, _ in hit.title) for hit in found.hits[:3]]
    assert not found.missing
    assert first and first[0] in row["first"].split("|"), (first, found.meant, found.loose)
    # On the page a bundle that has only some of the words gives way to a service that has all.
    assert not (found.loose and row["kind"] == "bundle")
