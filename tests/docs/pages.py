"""The pages of the documentation and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.written import DOCS, ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)


def name_of(page: Path) -> str:
    """Return the page's path in the repository."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language in a page."""
    return [body for kind, body in _FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def prose(page: Path) -> str:
    """Return the page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> Iterator[str]:
    """Yield every command line of the page: lines of console blocks, indented lines, and words in backticks."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    lines += re.findall(r"^    (\S.*)$", prose(page), re.M) + re.findall(r"`([^`\n]+)`", prose(page))
    for line in lines:
        found = re.match(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?((?:make|flask)\b.*)", line.strip())
        if found:
            yield found[1].split(" && ")[0].split("#")[0].strip()
