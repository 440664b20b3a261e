"""Pages that a test writes: a normal run compares, `MARKET_WRITE_DOCS=1` writes."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
AGAIN = "MARKET_WRITE_DOCS=1 .venv/bin/python -m pytest tests/docs -p no:randomly"


def compare_or_write(name: str, text: str) -> None:
    """Let `docs/<name>` say exactly `text`."""
    page = DOCS / name
    if os.environ.get("MARKET_WRITE_DOCS") == "1":
        page.write_text(text, encoding="utf-8")
    found = page.read_text(encoding="utf-8") if page.exists() else ""
    assert found == text, f"docs/{name} is stale. Write it anew: {AGAIN}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """The lines of a Markdown table."""
    lines = [_row(head), _row(["---"] * len(head))]
    return lines + [_row(row) for row in rows]


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
