"""`flask search`: index and directory are projections of the database and can be built anew at any time."""

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from market.agencies.actions import list_agencies, recount_grades
from market.agencies.queries import agencies_after
from market.base import clock
from market.catalogue import queries as catalogue
from market.cli.refusing import refusing
from market.pages.help import finding as help_texts
from market.search.found import Document
from market.search.index import Index
from market.selection import queries as selection
from market.store.transaction import release, transaction

# So many agencies are written in one transaction: nobody else waits for long.
PART = 500


@click.group("search", help="The search index.")
def search_group() -> None:
    """Hold the commands together."""


@search_group.command("rebuild")
@with_appcontext
@refusing
def rebuild() -> None:
    """Build the index anew from the list, the notices and the help, and the directory of agencies from its rows."""
    click.echo(f"{rebuild_index(current_app.extensions['search'])} documents indexed.")
    click.echo(f"{rebuild_directory()} agencies listed.")


def rebuild_index(index: Index) -> int:
    """Build the index anew; how many documents it holds."""
    count = index.rebuild(_documents(), shipped=help_texts.fingerprint())
    release()
    return count


def is_stale(index: Index) -> bool:
    """Whether the index must be built anew: it is incomplete, or holds other help than is shipped."""
    return index.needs_rebuild or index.shipped != help_texts.fingerprint()


def rebuild_directory() -> int:
    """Write every agency's row of the directory anew, a part at a time; how many agencies were looked at."""
    last, count = 0, 0
    while True:
        with transaction() as now:
            ids = agencies_after(last, PART)
            list_agencies(ids, now=now)
            if not ids:
                recount_grades()
                return count
        last, count = ids[-1], count + len(ids)


def _documents() -> Iterator[Document]:
    edition = catalogue.edition_in_force_or_none(clock.today())
    listed = catalogue.documents(edition) if edition else []
    for found in (*listed, *selection.documents()):
        document: Document = {"id": found["id"], "kind": found["kind"], "title": found["title"], "body": found["body"]}
        yield document | {"called": found.get("called", "")}
    yield from help_texts.documents()
