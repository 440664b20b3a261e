"""A file as it was handed in: what it is by its content, never by its name, and what is refused unread."""

import csv
import hashlib
import io
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.words import N_, register_sentences

MEGABYTE = 1024**2
MOST_ENTRIES = 500
MOST_RATIO = 200  # a workbook of text packs about 10 to 1
_SMALL = 4 * 1024**2  # a part this small may pack as well as it likes
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be: its bytes, what they unpack to, and the rows of a sheet."""

    size: int = 10 * MEGABYTE
    unpacked: int = 80 * MEGABYTE
    rows: int = 10_000


LIMITS = Limits()
"""What a file may hold that somebody hands in on a page."""


class Format(StrEnum):
    """What a file is."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file's name and content."""

    name: str
    content: bytes

    @classmethod
    def of(cls, path: Path, limits: Limits = LIMITS) -> "Upload":
        """The file at `path`; refuses `import.file_unreadable` and `import.too_large`."""
        try:
            if path.stat().st_size > limits.size:
                raise BreaksRule("import.too_large", path=shown(path.name), megabytes=limits.size // MEGABYTE)
            return cls(path.name, path.read_bytes())
        except OSError as error:
            raise BreaksRule(
                "import.file_unreadable", path=shown(path.name), why=error.strerror or "unreadable"
            ) from error

    @property
    def shown(self) -> str:
        """The name on one line."""
        return shown(self.name)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def format_of(upload: Upload, limits: Limits = LIMITS) -> Format:
    """What the content is. Refuses what is empty, too large, locked, an old workbook, or a web page."""
    content = upload.content
    if len(content) > limits.size:
        raise BreaksRule("import.too_large", path=upload.shown, megabytes=limits.size // MEGABYTE)
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BreaksRule("import.locked", path=upload.shown)
    if content.startswith(b"PK"):
        return Format.XLSX
    if head[:1] == b"<":
        raise BreaksRule("import.web_page", path=upload.shown)
    return Format.JSON if head[:1] == b"{" else Format.CSV


def decoded(upload: Upload) -> tuple[str, str]:
    """The text and its encoding: UTF-8 (with or without a mark) or GB 18030; refuses `import.file_unreadable`."""
    marked = upload.content.startswith(b"\xef\xbb\xbf")
    for encoding in ("utf-8-sig" if marked else "utf-8", "gb18030"):
        try:
            return upload.content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise BreaksRule("import.file_unreadable", path=upload.shown, why="neither UTF-8 nor GB 18030")


def csv_lines(upload: Upload, delimiter: str) -> list[tuple[int, list[str]]]:
    """Every row with the line it begins on. Refuses `import.not_csv`."""
    reader = csv.reader(io.StringIO(decoded(upload)[0], newline=""), strict=True, delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for values in reader:
            lines.append((begin, values))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise BreaksRule("import.not_csv", path=upload.shown, line=reader.line_num, why=str(error)) from error
    return lines


def delimiter_of(upload: Upload) -> str:
    """What separates the cells: the mark that makes the most of the first line; a comma where nothing does."""
    first = decoded(upload)[0].lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def safe_zip(upload: Upload, limits: Limits = LIMITS) -> None:
    """Refuse a workbook that is torn, locked, a bomb, holds macros, or reaches for other files; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BreaksRule("import.not_workbook", path=upload.shown) from error
    names = [one.filename.lower() for one in entries]
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise BreaksRule("import.not_workbook", path=upload.shown)
    if any(one.flag_bits & 1 for one in entries):
        raise BreaksRule("import.locked", path=upload.shown)
    if any("vbaproject" in name for name in names):
        raise BreaksRule("import.macros", path=upload.shown)
    if any(name.startswith("xl/externallinks/") for name in names):
        raise BreaksRule("import.external_links", path=upload.shown)
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > limits.unpacked:
        raise BreaksRule("import.bomb", path=upload.shown)
    if any(one.file_size > max(_SMALL, one.compress_size * MOST_RATIO) for one in entries):
        raise BreaksRule("import.bomb", path=upload.shown)


register_sentences(
    {
        "import.file_unreadable": N_(
            "The file {path} cannot be read ({why}). Check its name, your right to read it, and its encoding."
        ),
        "import.not_csv": N_("The file {path} is not a CSV file at line {line} ({why}). Save it as CSV again."),
        "import.too_large": N_("The file {path} is larger than {megabytes} MB. Remove what does not belong in it."),
        "import.locked": N_(
            "The file {path} is locked with a password or was saved in the old xls format. Save it as xlsx without a password."
        ),
        "import.web_page": N_("The file {path} is a web page, whatever its name says. Save it as xlsx or CSV."),
        "import.not_workbook": N_("The file {path} is torn or not a workbook. Open it and save it as xlsx again."),
        "import.macros": N_("The file {path} holds macros. Save it as xlsx without macros."),
        "import.external_links": N_(
            "The file {path} refers to other files. Break the links so that the values stand in it, and save it again."
        ),
        "import.bomb": N_("The file {path} unpacks to far more than its rows need. Copy the rows into a new workbook."),
    }
)
