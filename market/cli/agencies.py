"""`flask agencies`: bring agencies of an older register in, each as an application that waits for the formal check."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from market.agencies.actions.bringing import EntryPlan, bring_in, plan_entry
from market.agencies.importing import read_sheets
from market.agencies.importing.files import OPERATORS_LIMITS
from market.agencies.importing.writing import ENTRY_PARTS, template
from market.base.errors import BreaksRule
from market.base.permissions import Permission
from market.base.sheets.marking import marked_workbook
from market.base.sheets.uploads import Upload
from market.base.words import N_, register_sentences
from market.cli.list_files import Progress, report_bad, write_file
from market.cli.people import person
from market.cli.refusing import reading, refusing
from market.store.transaction import transaction

_FILE = click.Path(path_type=Path)


@click.group("agencies", help="Agencies: bring them in from a workbook.")
def agencies_group() -> None:
    """Hold the commands together."""


@agencies_group.command("import")
@click.argument("file", type=_FILE)
@click.option("--check", "wanted", flag_value="check", help="Check every cell and write nothing.")
@click.option("--by", "email", help="E-mail address of whoever brings them in; the first who may by default.")
@click.option("--marked-copy", type=_FILE, help="Where to write a copy of FILE with every bad cell marked.")
@with_appcontext
@refusing
def import_(file: Path, wanted: str | None, email: str | None, marked_copy: Path | None) -> None:
    """Hand in an application for every agency of FILE (xlsx; sheets 机构 and 资质). Every bad cell is listed, and then
    nothing is written. Another person than the one who brings them in checks each application at the desk."""
    upload = Upload.of(file, OPERATORS_LIMITS)
    actor = person(Permission.AGENCY_ENTRY_BRING, email)
    with Progress() as progress:
        sheets = read_sheets(upload, OPERATORS_LIMITS, told=progress.told)
    with transaction() as now:
        plan = plan_entry(sheets, now=now)
        report_bad(plan.bad, sheets.passed_over)
        if plan.bad:
            _write_marked(upload, plan, marked_copy)
            raise BreaksRule("sheets.bad_cells", count=len(plan.bad))
        if not wanted:
            bring_in(plan, actor=actor, now=now)
    counts = plan.counts
    told = f"{counts['agencies']} agencies, {counts['papers_new']} papers, {counts['services']} services applied for"
    click.echo(f"{told}: no cell is bad, and nothing was written." if wanted else f"{told}: handed in.")
    if not wanted:
        click.echo("Next: another person checks each at the admission desk; flask people password gives access.")


@agencies_group.command("template")
@click.option("--out", type=_FILE, required=True, help="The file to write (xlsx).")
@reading
def template_(out: Path) -> None:
    """Write a workbook to fill in, with drop-downs and every column explained."""
    write_file(out, template(ENTRY_PARTS))
    click.echo(f"Template in {out}.")


def _write_marked(upload: Upload, plan: EntryPlan, place: Path | None) -> None:
    if place:
        write_file(place, marked_workbook(upload, plan.bad))


register_sentences(
    {"sheets.bad_cells": N_("{count} cells are bad and nothing was written. Correct them and hand the file in again.")}
)
