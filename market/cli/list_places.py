"""`flask list regions` and `flask list zones`: the divisions and zones that entries may be limited to."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from market.catalogue.actions.places import enter_regions, enter_zones
from market.catalogue.importing import Upload
from market.cli.refusing import refusing
from market.store.transaction import transaction

_FILE = click.Path(path_type=Path)


@click.command("regions")
@click.argument("file", type=_FILE)
@with_appcontext
@refusing
def regions(file: Path) -> None:
    """Enter the regions of FILE (CSV: code, level, parent_code, name_zh, name_en; parents first)."""
    with transaction():
        count = enter_regions(Upload.of(file))
    click.echo(f"{count} regions entered.")


@click.command("zones")
@click.argument("file", type=_FILE)
@with_appcontext
@refusing
def zones(file: Path) -> None:
    """Enter the zones with a regional assessment of FILE (CSV: code, region_code, name_zh, name_en)."""
    with transaction():
        count = enter_zones(Upload.of(file))
    click.echo(f"{count} zones entered.")
