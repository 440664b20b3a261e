"""`flask log`: the public log's key, numbering, verification, anchors, mirrors, erasing."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from market.base.people import Actor
from market.cli import log_mirror
from market.cli.refusing import reading, refusing
from market.jobs.log import ask_witnesses, seal_log
from market.jobs.log_verifying import verify_and_keep
from market.journal import actions, queries
from market.journal.guarding import Log
from market.journal.rules.note import LOG, WITNESS, new_signer
from market.store.transaction import transaction


@click.group("log", help="The public log: key, numbering, verification, anchors, mirrors.")
def log_group() -> None:
    """Hold the commands together."""


@log_group.command("key")
@click.argument("name")
@click.option("--witness", "kind", flag_value=WITNESS, default=LOG, help="A key for a witness, not for the log.")
def key(name: str, kind: int) -> None:
    """Make a key called NAME, such as zjcs.example.gov.cn/log: the first line is secret, the second for everybody."""
    try:
        made = new_signer(name, kind)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{made}\n{made.verifier}")


@log_group.command("seal")
@with_appcontext
@reading
def seal() -> None:
    """Number every act that waits, sign the log's head, and show it to the witnesses."""
    size = seal_log(_site())
    seen = ask_witnesses(_site())
    click.echo(f"{size} entries, {seen} new cosignatures.")


@log_group.command("verify")
@with_appcontext
def verify() -> None:
    """Recompute the whole log from the database, private parts included; play the state tables; repeat all draws.

    Objects whose states are played: requests, draws, quotes, contracts, fee notes, evaluations, voices, editions; and
    from the private parts agencies, filings, what they brought on record, marked prices, awards, sheets and lists
    handed in. What only an erased private part knew is not called wrong; a private part is, that is missing although no
    act of the log says so. What cannot be read is named, and the rest goes on. What was found is shown on every page
    until the next verification, which the clock makes every night. Exit code 1 when anything is wrong.
    """
    try:
        found = verify_and_keep(_site())
    except DBAPIError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}") from error
    click.echo(
        f"{found.entries} entries, {found.waiting} waiting, {found.erased} without private part; {found.heads} heads,"
        f" {found.tiles} tiles, {len(found.last)} objects, {len(found.states)} lives."
    )
    for line in found.wrong:
        click.echo(f"WRONG: {line}", err=True)
    if found.wrong:
        raise SystemExit(1)
    click.echo("RIGHT: rows, chains, tree, heads, states and draws agree.")


@log_group.command("reconcile")
@click.argument("mirror")
@with_appcontext
@reading
def reconcile(mirror: str) -> None:
    """Bring missing entries back from MIRROR, a folder of `verify_log.py --save` or the address of a site.

    All of the mirror is verified first. What the entries' private parts held is lost and listed, and an act of the log
    says so of each: the acts themselves must be looked at by people. What was erased by law is erased again.
    """
    first = queries.entries()
    given = log_mirror.mirrored(mirror, _site().signer.verifier, first)
    known = _site().kept()
    if known is not None and given.head.size < known.size:
        # The acts that tell of lost private parts could take the numbers of acts that only a longer mirror has.
        raise click.ClickException(
            f"The mirror has {given.head.size} entries, and there were {known.size}: take one that has them all."
        )
    with transaction() as now:
        lost = actions.bring_back(given, now=now)
    _site().keep(given.note)
    for seq, act, obj in lost:
        click.echo(f"private part lost: entry {seq}, {act} on {obj}")
    verdict = _site().look()
    click.echo(f"{given.head.size - first} entries are back. {verdict or 'The site may write again.'}")


@log_group.command("anchor")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default=True)
@with_appcontext
def anchor(folder: Path) -> None:
    """Write the newest head as a page to be printed and put up: whoever keeps it can show a changed past later."""
    found = queries.shown(_site().policy)
    if found is None:
        raise click.ClickException("The log is empty: nothing to anchor.")
    day = found.made_at.date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"log-{day}-{found.size}.txt"
    lines = (
        f"公示日志锚定 · Anchor of the public log {_site().signer.name}",
        f"日期 Date (UTC)   {found.made_at:%Y-%m-%d %H:%M}",
        f"条数 Entries      {found.size}",
        f"树根 Root         {found.root.hex()}",
        f"公钥 Key          {_site().signer.verifier}",
        f"见证 Witnesses    {', '.join(found.seen) or '无 none'}",
        "核对 Verify       python3 verify_log.py <URL> --head <FILE>",
        "",
        found.note,
    )
    file.write_text("\n".join(lines), "utf-8")
    click.echo(file)


@log_group.command("erase")
@click.argument("seq", type=int)
@click.option("--ground", required=True, help="Why: stands in the private part of the act that tells of it.")
@with_appcontext
@refusing
def erase(seq: int, ground: str) -> None:
    """Erase the private part of entry SEQ for ever. The log, its proofs and what is public stay as they are."""
    found = queries.entry(seq)
    if found is None:
        raise click.ClickException(f"There is no entry {seq}.")
    with transaction() as now:
        actions.erase(found.row.id, ground, actor=Actor.system(), now=now)
    click.echo(f"The private part of entry {seq} is gone.")


def _site() -> Log:
    found: Log = current_app.extensions["log"]
    return found
