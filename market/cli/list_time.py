"""`flask list diff` and `flask list as-of`: the list through time, for people at a terminal."""

import json
from datetime import date
from typing import Any

import click
from flask.cli import with_appcontext

from market.base.errors import NotFound
from market.catalogue import beside
from market.catalogue.queries import edition_in_force, entries_of
from market.catalogue.queries.difference import difference, differing, said_by, two_editions
from market.cli.refusing import reading


@click.command("diff")
@click.argument("before", type=int)
@click.argument("after", type=int)
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@with_appcontext
@reading
def diff(before: int, after: int, form: str | None) -> None:
    """Print what edition AFTER changes against edition BEFORE: services added, removed, repriced, otherwise changed,
    and bundles, marks of acts, questions and rules beside them."""
    found = two_editions(before, after)
    if {before, after} - found.keys():
        raise NotFound("edition.not_found")
    made = difference(found[before], found[after])
    said = said_by({one for row in made.moved for one in (row.before, row.after) if one is not None})
    rows = []
    for one in made.moved:
        both = [said[end] for end in (one.before, one.after) if end is not None]
        fields = differing(*both) if len(both) == 2 else []
        rows.append({"kind": one.kind, "code": one.code, "name_zh": one.name_zh, "fields": fields})
    aside = [
        {"kind": one.kind, "thing": one.thing, "key": one.key, "name_zh": one.name_zh, "fields": list(beside.differing(one, beside.PLAIN))}
        for one in made.beside
    ]  # fmt: skip
    counts = made.counts
    if form == "json":
        facts = {"before": made.before, "after": made.after, "cut_permille": made.cut_milli, "moved": rows}
        facts |= {"unchanged": made.unchanged, "moved_beside": aside}
        click.echo(json.dumps({**counts, **facts}, ensure_ascii=False))
        return
    click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()) + f", {made.unchanged} unchanged")
    for row in rows:
        click.echo(f"{row['kind']:<9} {row['code']:<9} {row['name_zh']}  {', '.join(row['fields'])}".rstrip())
    for row in aside:
        line = f"{row['kind']:<9} {row['thing']:<9} {row['key']} {row['name_zh']}  {', '.join(row['fields'])}"
        click.echo(line.rstrip())


@click.command("as-of")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@with_appcontext
@reading
def as_of(day: Any) -> None:
    """Print the list as it was, is or will be on DAY."""
    on: date = day.date()
    edition = edition_in_force(on)
    entries = entries_of(edition)
    click.echo(f"Edition {edition.number}, in force from {edition.effective_from}: {len(entries)} entries")
    for entry in entries:
        click.echo(f"{entry.code:<9} {entry.pricing:<17} {entry.name_zh}")
