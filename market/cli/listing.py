"""`flask list`: import a draft edition, send it to review, publish it, look at editions, compute a price."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from market.base import clock
from market.base.errors import BreaksRule
from market.base.permissions import Permission
from market.base.words import N_, register_sentences
from market.catalogue import actions, exporting, queries
from market.catalogue.actions.bundle_files import set_from_file
from market.catalogue.importing import ListData, ListFiles, Upload
from market.catalogue.importing.bundles import read_bundles
from market.catalogue.importing.marking import marked_copy
from market.catalogue.models import Edition
from market.catalogue.queries.bundle_file import bundles_file
from market.catalogue.queries.export import export_of
from market.catalogue.schedules import RefusedSchedule
from market.cli.list_files import Progress, report_bad, write_file
from market.cli.list_places import regions, zones
from market.cli.list_price import price
from market.cli.list_time import as_of, diff
from market.cli.people import person
from market.cli.refusing import reading, refusing
from market.store.transaction import transaction


@click.group("list", help="The list of intermediary services: editions and prices.")
def list_group() -> None:
    """Hold the commands together."""


for _command in (price, diff, as_of, regions, zones):
    list_group.add_command(_command)


_FILE = click.Path(path_type=Path)


@list_group.command("import")
@click.argument("items", type=_FILE)
@click.option("--schedules", type=_FILE, help="Published fee schedules (JSON or xlsx).")
@click.option("--links", type=_FILE, help="Which schedule belongs to which item; links.csv beside ITEMS by default.")
@click.option("--cleaned-up", type=_FILE, help="Clean-up decisions; cleaned_up.csv beside ITEMS by default.")
@click.option("--title", help="The draft's title.")
@click.option("--by", "email", help="E-mail address of the drafting list editor; the first one by default.")
@click.option("--skip-bad", "bad", flag_value="skip", help="Import the good rows although others are bad.")
@click.option("--replace", "draft", flag_value="replace", help="Throw the present draft away first.")
@click.option("--marked-copy", type=_FILE, help="Where to write a copy of ITEMS with every bad cell marked.")
@with_appcontext
@refusing
def import_(items: Path, title: str | None, email: str | None, **more: Any) -> None:
    """Make a draft edition of ITEMS (xlsx, CSV or JSON, told by content). Every bad cell is listed, and then nothing
    is imported. The same content again changes nothing. Schedules, links and clean-up decisions that no file brings
    stay as in the edition in force."""
    files = _files(items, more)
    with transaction() as now:
        current = queries.edition_in_force_or_none(clock.china_date(now))
        before = export_of(current) if current else None
    with Progress() as progress:
        data = exporting.read_beside(files, before, progress.told)
    report_bad(data.bad, data.passed_over)
    if data.bad and more["marked_copy"]:
        write_file(more["marked_copy"], marked_copy(files.items, data.bad).content)
    if data.bad and more["bad"] != "skip":
        raise BreaksRule("import.bad_rows", count=len(data.bad))
    actor = person(Permission.CATALOGUE_EDITION_DRAFT, email)
    with transaction() as now:
        draft = queries.unpublished_edition()
        present = draft.id if draft else None
        if draft and more["draft"] == "replace":
            actions.discard(draft, actor=actor, now=now)
            present = None
        edition = actions.import_edition(data, title or items.name, actor=actor, now=now)
        number, unchanged = edition.number, edition.id == present
    if unchanged:
        click.echo(f"Nothing changed: draft edition {number} was made of this content.")
        return
    _report_prices(data)
    left_out = f", {len({(cell.sheet, cell.line) for cell in data.bad})} rows left out" if data.bad else ""
    click.echo(f"Draft edition {number}: {len(data.items)} entries{left_out}.")
    click.echo(f"Next: flask list submit {number}, then a second person: flask list publish {number}")


@list_group.command("export")
@click.argument("number", type=int)
@click.option(
    "--format", "kind", type=click.Choice(["xlsx", "csv", "json", "bundles"]), default="xlsx", show_default=True
)
@click.option("--out", type=_FILE, required=True, help="The file to write.")
@with_appcontext
@reading
def export(number: int, kind: str, out: Path) -> None:
    """Write edition NUMBER to a file: xlsx (official columns), csv (the items), json (items, schedules, clean-up
    decisions) or bundles (bundles, marks of acts, questions and rules, as JSON)."""
    if kind == "bundles":
        with transaction():
            content = bundles_file(queries.edition_numbered(number))
        write_file(out, content)
        click.echo(f"Edition {number}: its bundles in {out}.")
        return
    with transaction():
        data = export_of(queries.edition_numbered(number))
    write_file(out, {"xlsx": exporting.xlsx, "csv": exporting.csv, "json": exporting.json}[kind](data))
    click.echo(f"Edition {number}: {len(data.items)} entries in {out}.")


@list_group.command("bundles")
@click.argument("number", type=int)
@click.argument("file", type=_FILE)
@click.option("--by", "email", help="E-mail address of the list editor.")
@with_appcontext
@refusing
def bundles(number: int, file: Path, email: str | None) -> None:
    """Put the bundles, marks of acts, questions and rules of FILE (JSON) in the place of draft edition NUMBER's."""
    actor = person(Permission.CATALOGUE_EDITION_DRAFT, email)
    document = read_bundles(Upload.of(file))
    with transaction() as now:
        set_from_file(queries.edition_numbered(number), document, actor=actor, now=now)
    click.echo(f"Edition {number}: {len(document['bundles'])} bundles, {len(document['questions'])} questions.")


@list_group.command("template")
@click.option("--out", type=_FILE, required=True, help="The file to write (xlsx).")
@reading
def template(out: Path) -> None:
    """Write a workbook to fill in, with examples, drop-downs and every column explained."""
    write_file(out, exporting.template())
    click.echo(f"Template in {out}.")


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
@reading
def editions() -> None:
    """Show every edition."""
    for edition in queries.editions():
        click.echo(_line(edition))


def _line(edition: Edition) -> str:
    return f"{edition.number:>4}  {edition.state:<10} {edition.effective_from or '—'!s:<12} {edition.title}"


def _files(items: Path, more: dict[str, Any]) -> ListFiles:
    def beside(name: str) -> Path | None:
        path = items.parent / name
        return path if path.is_file() else None

    links = more["links"] or (beside("links.csv") if more["schedules"] else None)
    paths = (more["schedules"], links, more["cleaned_up"] or beside("cleaned_up.csv"))
    return ListFiles(Upload.of(items), *(Upload.of(path) if path else None for path in paths))


def _report_prices(data: ListData) -> None:
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
