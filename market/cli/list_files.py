"""What the commands that read and write files say: progress, bad cells, where they were written."""

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType

import click

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.sheets.cells import BadCell
from market.base.words import N_, register_sentences

_SILENT_SECONDS = 2


class Progress:
    """A bar on standard error, for a terminal or for what takes longer than two seconds."""

    def __init__(self) -> None:
        self._begun = monotonic()
        self._on_terminal = sys.stderr.isatty()
        self._told = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._told and self._on_terminal:
            click.echo("", err=True)

    def told(self, done: int, total: int) -> None:
        """Show how many rows of how many have been checked."""
        if not self._on_terminal and monotonic() - self._begun < _SILENT_SECONDS:
            return
        self._told = True
        filled = 30 * done // max(total, 1)
        bar = f"[{'#' * filled}{'-' * (30 - filled)}] {done} / {total}"
        click.echo(f"\r{bar}" if self._on_terminal else bar, err=True, nl=not self._on_terminal)


def report_bad(bad: Sequence[BadCell], passed_over: Sequence[str]) -> None:
    """Every bad cell on a line of its own, and the headings that were passed over."""
    for cell in bad:
        column = f", column {cell.column}" if cell.column else ""
        place = f" ({cell.place})" if cell.place else ""
        where = f"{cell.file}, line {cell.line}{column}{place}"
        click.echo(f"{where}: “{cell.value}”: {cell.code}: {cell.sentence()}", err=True)
    if passed_over:
        click.echo(f"Columns that are no part of the list: {', '.join(map(shown, passed_over))}.", err=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file; refuses `export.not_written`."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BreaksRule("export.not_written", path=shown(path), why=error.strerror or "unwritable") from error


register_sentences(
    {"export.not_written": N_("The file {path} cannot be written ({why}). Choose another place for it.")}
)
