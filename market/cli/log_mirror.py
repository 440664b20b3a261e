"""A mirror of the public log: a folder as `verify_log.py --save` writes it, or the address of a site."""

import http.client
import urllib.request
from pathlib import Path

import click

from market.journal.actions import Mirrored
from market.journal.rules import note, tiles
from market.journal.rules.note import Verifier

SECONDS = 60.0


def mirrored(where: str, key: Verifier, first: int) -> Mirrored:
    """What the mirror has from entry `first` on; ClickException when it cannot be read, is not signed
    by `key`, or has nothing that is missing."""
    text = _read(where, "checkpoint").decode("utf-8", "replace")
    try:
        head = note.opened(text, key)
        if head.size <= first:
            raise click.ClickException(f"The mirror has {head.size} entries, this log {first}: nothing is missing.")
        numbers = range(first // tiles.WIDTH, -(-head.size // tiles.WIDTH))
        leaves = [leaf for number in numbers for leaf in _bundle(where, number, head.size)]
    except ValueError as error:
        raise click.ClickException(f"The mirror {where}: {error}.") from error
    own = f"— {key.name} "
    body, _, lines = text.rpartition("\n\n")
    ours = "".join(line for line in lines.splitlines(keepends=True) if line.startswith(own))
    return Mirrored(first, leaves[first % tiles.WIDTH :], head, f"{body}\n\n{ours}")


def _bundle(where: str, number: int, size: int) -> list[bytes]:
    width = tiles.width_at(size, 0, number)
    name = f"tile/entries/{tiles.written(number, width)}"
    found = tiles.unbundled(_read(where, name))
    if len(found) != width:
        raise ValueError(f"{name} holds {len(found)} entries, not {width}")
    return found


def _read(where: str, name: str) -> bytes:
    try:
        if not where.startswith(("http://", "https://")):
            return (Path(where) / name).read_bytes()
        with urllib.request.urlopen(f"{where.rstrip('/')}/log/{name}", timeout=SECONDS) as answer:  # noqa: S310
            data: bytes = answer.read()
            return data
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: no address, or no name of a file
        raise click.ClickException(f"The mirror {where}: {name} cannot be read: {error}.") from error
