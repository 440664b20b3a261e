"""`flask list`: import a draft edition, send it to review, publish it, look at editions, compute a price."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from market.base.errors import BreaksRule
from market.base.permissions import Permission
from market.base.words import N_, register_sentences
from market.catalogue import actions, queries
from market.catalogue.importing import BadCell, ListData, ListFiles, Upload, read_list
from market.catalogue.models import Edition
from market.catalogue.schedules import RefusedSchedule
from market.cli.list_price import price
from market.cli.people import person
from market.cli.refusing import refusing
from market.store.transaction import transaction


@click.group("list", help="The list of intermediary services: editions and prices.")
def list_group() -> None:
    """Hold the commands together."""


list_group.add_command(price)


_FILE = click.Path(path_type=Path)


@list_group.command("import")
@click.argument("items", type=_FILE)
@click.option("--schedules", type=_FILE, help="Published fee schedules (JSON).")
@click.option("--links", type=_FILE, help="Which schedule belongs to which item; links.csv beside ITEMS by default.")
@click.option("--cleaned-up", type=_FILE, help="Clean-up decisions; cleaned_up.csv beside ITEMS by default.")
@click.option("--title", help="The draft's title.")
@click.option("--by", "email", help="E-mail address of the drafting list editor; the first one by default.")
@click.option("--skip-bad", "bad", flag_value="skip", help="Import the good rows although others are bad.")
@with_appcontext
@refusing
def import_(items: Path, email: str | None, title: str | None, bad: str | None, **more: Path | None) -> None:
    """Make a draft edition of ITEMS (CSV). Every bad cell is listed, and then nothing is imported."""
    data = read_list(_files(items, more))
    _report_bad(data.bad)
    if data.bad and bad != "skip":
        raise BreaksRule("import.bad_rows", count=len(data.bad))
    actor = person(Permission.CATALOGUE_EDITION_DRAFT, email)
    with transaction() as now:
        edition = actions.import_edition(data, title or items.name, actor=actor, now=now)
        number = edition.number
    _report_prices(data, more["schedules"])
    left_out = f", {len({cell.line for cell in data.bad})} rows left out" if data.bad else ""
    click.echo(f"Draft edition {number}: {len(data.items)} entries{left_out}.")
    click.echo(f"Next: flask list submit {number}, then a second person: flask list publish {number}")


@list_group.command("submit")
@click.argument("number", type=int)
@click.option("--by", "email", help="E-mail address of the list editor.")
@with_appcontext
@refusing
def submit(number: int, email: str | None) -> None:
    """Send draft edition NUMBER to review."""
    actor = person(Permission.CATALOGUE_EDITION_DRAFT, email)
    with transaction() as now:
        actions.submit(queries.edition_numbered(number), actor=actor, now=now)
    click.echo(f"Edition {number} is in review.")


@list_group.command("return")
@click.argument("number", type=int)
@click.option("--by", "email", help="E-mail address of the list approver.")
@with_appcontext
@refusing
def send_back(number: int, email: str | None) -> None:
    """Return edition NUMBER to its drafter."""
    actor = person(Permission.CATALOGUE_EDITION_APPROVE, email)
    with transaction() as now:
        actions.send_back(queries.edition_numbered(number), actor=actor, now=now)
    click.echo(f"Edition {number} is a draft again.")


@list_group.command("discard")
@click.argument("number", type=int)
@click.option("--by", "email", help="E-mail address of the list editor.")
@with_appcontext
@refusing
def discard(number: int, email: str | None) -> None:
    """Throw draft edition NUMBER away; a published edition stays."""
    actor = person(Permission.CATALOGUE_EDITION_DRAFT, email)
    with transaction() as now:
        actions.discard(queries.edition_numbered(number), actor=actor, now=now)
    click.echo(f"Draft edition {number} is gone; the journal keeps that it was there.")


@list_group.command("publish")
@click.argument("number", type=int)
@click.option("--by", "email", help="E-mail address of the publishing list approver.")
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="In force from this day; today by default.")
@with_appcontext
@refusing
def publish(number: int, email: str | None, day: Any) -> None:
    """Publish edition NUMBER; the drafter cannot."""
    actor = person(Permission.CATALOGUE_EDITION_APPROVE, email)
    with transaction() as now:
        edition = queries.edition_numbered(number)
        actions.publish(edition, day.date() if day else None, actor=actor, now=now)
        effective: date | None = edition.effective_from
    click.echo(f"Edition {number} is published, in force from {effective}.")


@list_group.command("editions")
@with_appcontext
@refusing
def editions() -> None:
    """Show every edition."""
    for edition in queries.editions():
        click.echo(_line(edition))


def _line(edition: Edition) -> str:
    return f"{edition.number:>4}  {edition.state:<10} {edition.effective_from or '—'!s:<12} {edition.title}"


def _files(items: Path, more: dict[str, Path | None]) -> ListFiles:
    def beside(name: str) -> Path | None:
        path = items.parent / name
        return path if path.is_file() else None

    links = more["links"] or (beside("links.csv") if more["schedules"] else None)
    paths = (more["schedules"], links, more["cleaned_up"] or beside("cleaned_up.csv"))
    return ListFiles(Upload.of(items), *(Upload.of(path) if path else None for path in paths))


def _report_bad(bad: list[BadCell]) -> None:
    for cell in bad:
        column = f", column {cell.column}" if cell.column else ""
        click.echo(f"{cell.file}, line {cell.line}{column}: “{cell.value}”: {cell.code}: {cell.sentence()}", err=True)


def _report_prices(data: ListData, schedules: Path | None) -> None:
    if schedules is None:
        return
    for key, schedule in data.schedules.items():
        if isinstance(schedule, RefusedSchedule):
            click.echo(f"Schedule {key} refused: {schedule.code}: {schedule.sentence}")
        else:
            bands = sum(len(item.bands) for item in schedule.items.values())
            gaps = sum(len(item.gaps) for item in schedule.items.values())
            parts = f", {gaps} parts without a published price" if gaps else ""
            click.echo(f"Schedule {key}: {len(schedule.items)} fee items, {bands} bands{parts}.")


register_sentences(
    {
        "cli.no_such_person": N_(
            "Nobody ({email}) has a role that permits this. Name such a person with --by, or set the site up first."
        )
    }
)
