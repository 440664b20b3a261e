"""`python -m market.words`: merge the Chinese fragments into the one compiled catalogue the site reads.

Each area writes its own `translations/zh_Hans_CN/<area>.po`; English, the source, stands in code and templates.
`--check` also compares with what code and templates say, and lists what has no Chinese and what nobody says any more.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

PACKAGE = Path(__file__).resolve().parent
TEMPLATES = PACKAGE.parent / "templates"
FOLDER = PACKAGE / "translations" / "zh_Hans_CN"
COMPILED = FOLDER / "LC_MESSAGES" / "messages.mo"
LOCALE = "zh_Hans_CN"

KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext")),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^{}]*\}")
SOURCES: tuple[tuple[Path, str, dict[str, str]], ...] = (
    (PACKAGE, "python", {}),
    (TEMPLATES, "jinja2.ext:babel_extract", {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}),
)  # fmt: skip

MessageId = str | tuple[str, ...] | list[str]


@dataclass(frozen=True)
class Merged:
    """All fragments as one: the catalogue, and what is wrong with them, a line each."""

    catalog: Catalog
    problems: list[str]


def merge(folder: Path = FOLDER) -> Merged:
    """Read every fragment; two different translations of one text and a lost placeholder are problems."""
    whole = Catalog(locale=LOCALE, project="market", charset="utf-8", fuzzy=False)
    problems: list[str] = []
    origin: dict[MessageId, str] = {}
    for file in sorted(folder.glob("*.po")):
        try:
            with file.open("rb") as read:
                fragment = read_po(read, locale=LOCALE, charset="utf-8", abort_invalid=True)
        except PoFileError as error:
            problems.append(f"{file.name}: {error}")
            continue
        for message in fragment:
            if message.id:
                problems += _added(message, whole, origin, file.name)
    return Merged(whole, problems)


def _added(message: Message, whole: Catalog, origin: dict[MessageId, str], file: str) -> Iterator[str]:
    before = whole.get(message.id)
    if before is not None and before.string != message.string:
        yield f"{file}: {_short(message.id)} is translated otherwise in {origin[message.id]}"
    if not _texts(message.string)[0]:
        yield f"{file}: {_short(message.id)} has no translation"
    lost = _placeholders(message.id) ^ _placeholders(message.string)
    if lost:
        yield f"{file}: {_short(message.id)} and its translation differ in {', '.join(sorted(lost))}"
    origin[message.id] = file
    whole.add(message.id, message.string)


def said() -> dict[MessageId, str]:
    """Every text in code and templates that is to be translated, with where it stands first."""
    found: dict[MessageId, str] = {}
    for folder, method, options in SOURCES:
        suffix = "py" if method == "python" else "html"
        hits = extract_from_dir(
            folder,
            [(f"**.{suffix}", method)],
            {"**": options},
            KEYWORDS,
            directory_filter=lambda path: "node_modules" not in path,
        )
        for name, line, message, _comments, _context in hits:
            found.setdefault(message, f"{folder.name}/{name}:{line}")
    return found


def check(merged: Merged) -> list[str]:
    """What the merged catalogue lacks, and what it has beyond what is said."""
    needed = said()
    known = {message.id for message in merged.catalog if message.id}
    lacking = [f"{place}: no Chinese for {_short(text)}" for text, place in needed.items() if text not in known]
    unused = [f"nobody says {_short(text)}" for text in known - needed.keys()]
    return sorted(lacking) + sorted(unused)


def write(merged: Merged, file: Path = COMPILED) -> None:
    """Compile; the file is replaced at once, so that a server that starts meanwhile reads the old or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".new")
    with beside.open("wb") as written:
        write_mo(written, merged.catalog)
    beside.replace(file)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value or "",)


def _placeholders(value: Any) -> set[str]:
    return {
        match[0] for text in _texts(value) for match in PLACEHOLDER.finditer(text) if match[0] not in ("%(num)d", "{}")
    }


def _short(text: MessageId) -> str:
    line = " / ".join(_texts(text))
    return repr(line if len(line) < 90 else line[:87] + "...")


def main(arguments: Iterable[str] = ()) -> int:
    """Merge, compile, and say what is wrong; 1 when something is."""
    merged = merge()
    problems = merged.problems + (check(merged) if "--check" in arguments else [])
    write(merged)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(merged.catalog)} texts in Chinese")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
