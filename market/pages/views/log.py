"""The public log: its page, an entry in plain words, and the files from which anybody verifies it (C2SP tlog-tiles)."""

import base64
from pathlib import Path

from flask import Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from market.base.errors import NotFound
from market.base.words import N_, register_sentences
from market.journal import outside, queries
from market.journal.guarding import Log
from market.journal.queries import Checkpoint, Entry
from market.journal.rules import tiles
from market.journal.rules.leaf import leaf_of
from market.journal.rules.witnessing import proof_text
from market.pages.queries import log as log_queries
from market.pages.verification import last_verification, told
from market.pages.views.blueprint import pages
from market.web.access import public
from market.web.paging import page_of, wanted

PROGRAMS = ("verify_log.py", "witness.py")
NEWEST = 20
_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_YEAR = 365 * 24 * 3600
_HIGHEST_LEVEL = 7


@pages.get("/log")
@public
def log() -> ResponseReturnValue:
    """What the log is, its head, who watches it, which protection is missing, how to verify it, the newest acts."""
    site = _site()
    head, witnessed = queries.shown(site.policy), queries.witnessed(site.policy)
    newest, known = queries.newest_entries(NEWEST), last_verification()
    return render_template(
        "pages/log.html", head=head, witnessed=witnessed, policy=site.policy, key=str(site.signer.verifier),
        newest=newest, verification=known, found=[told(one) for one in known.wrong] if known else [],
        address=url_for("pages.home", _external=True).rstrip("/"),
    )  # fmt: skip


@pages.get("/log/entries/<int:seq>")
@public
def log_entry(seq: int) -> ResponseReturnValue:
    """One act in plain words, its leaf as it is hashed, and the button that verifies it here."""
    found, head = _entry(seq)
    leaf = leaf_of(found.row)
    return render_template(
        "pages/log_entry.html", entry=found, head=head, leaf=leaf.decode(), key=str(_site().signer.verifier),
        witnesses=queries.witnessed_at(seq, _site().policy), policy=_site().policy,
    )  # fmt: skip


@pages.get("/log/objects/<path:obj>")
@public
def log_object(obj: str) -> ResponseReturnValue:
    """Every act on one object, oldest first; NotFound("page.not_found") when there was none."""
    if "\0" in obj or not (total := log_queries.count(obj)):
        raise NotFound("page.not_found")
    page = page_of(
        total, wanted(request.args), lambda limit, offset: log_queries.acts(obj, limit=limit, offset=offset), size=50
    )
    return render_template("pages/log_object.html", obj=obj, page=page)


@pages.get("/log/checkpoint")
@public
def log_checkpoint() -> ResponseReturnValue:
    """The newest signed head, with the lines of the witnesses that have cosigned it."""
    return _fresh(_text(_head().note))


@pages.get("/log/checkpoint/witnessed")
@public
def log_witnessed() -> ResponseReturnValue:
    """The newest head that enough witnesses have cosigned; NotFound("log.not_witnessed") while there is none."""
    found = queries.witnessed(_site().policy)
    if found is None:
        raise NotFound("log.not_witnessed")
    return _fresh(_text(found.note))


@pages.get("/log/key")
@public
def log_key() -> ResponseReturnValue:
    """The key that verifies the log's signatures."""
    return _text(f"{_site().signer.verifier}\n")


@pages.get("/log/witnesses")
@public
def log_witnesses() -> ResponseReturnValue:
    """Who the site asks for cosignatures, and how many of them count as enough."""
    policy = _site().policy
    lines = [f"witness {one.verifier} {one.url}" for one in policy.witnesses]
    return _text("\n".join([*lines, f"quorum {policy.quorum}", ""]))


@pages.get("/log/tile/<int:level>/<path:number>")
@public
def log_tile(level: int, number: str) -> ResponseReturnValue:
    """A tile of hashes; NotFound("log.no_tile") for what the log does not have, or a path that is written otherwise."""
    _written_once("log.no_tile")
    n, width = _path(number)
    return _file(queries.tile(level, n, width) if level <= _HIGHEST_LEVEL else None, width)


@pages.get("/log/tile/entries/<path:number>")
@public
def log_bundle(number: str) -> ResponseReturnValue:
    """A bundle of leaves, by the same rules."""
    n, width = _path(number)
    return _file(queries.bundle(n, width), width)


@pages.get("/log/proof/<int:seq>")
@public
def log_proof(seq: int) -> ResponseReturnValue:
    """A receipt to keep: the leaf, its path and the signed head (C2SP tlog-proof); verify_log.py checks it for ever."""
    _written_once("page.not_found")
    found, head = _entry(seq)
    path = queries.proof_of(seq, head.size)
    text = proof_text(seq, path, head.note, extra=leaf_of(found.row))
    answer = _fresh(_text(text))
    answer.headers["Content-Disposition"] = f'attachment; filename="log-{seq}.tlog-proof"'
    return answer


@pages.get("/log/proof/<int:seq>.json")
@public
def log_proof_json(seq: int) -> ResponseReturnValue:
    """The same for programs."""
    _written_once("page.not_found")
    found, head = _entry(seq)
    path = [base64.b64encode(step).decode() for step in queries.proof_of(seq, head.size)]
    leaf = leaf_of(found.row).decode()
    return _fresh(jsonify(index=seq, leaf=leaf, size=head.size, path=path, checkpoint=head.note))


@pages.get("/log/<any('verify_log.py', 'witness.py'):name>")
@public
def log_program(name: str) -> ResponseReturnValue:
    """A program for outsiders, one file."""
    answer = Response((Path(outside.__path__[0]) / name).read_bytes(), content_type="text/x-python; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _site() -> Log:
    found: Log = current_app.extensions["log"]
    return found


def _head() -> Checkpoint:
    found = queries.shown(_site().policy)
    if found is None:
        raise NotFound("log.empty")
    return found


def _entry(seq: int) -> tuple[Entry, Checkpoint]:
    found = queries.entry(seq)
    if found is None:
        raise NotFound("log.no_entry", seq=seq)
    return found, _head()


def _written_once(code: str) -> None:
    """NotFound(code) where a number is written otherwise than in plain digits: a file of the log has one address."""
    if request.script_root + request.path != url_for(request.endpoint or "", **(request.view_args or {})):
        raise NotFound(code)


def _path(written: str) -> tuple[int, int]:
    try:
        number, width = tiles.read(written)
    except ValueError:
        raise NotFound("log.no_tile") from None
    if number > tiles.LAST:
        raise NotFound("log.no_tile")
    return number, width


def _file(data: bytes | None, width: int) -> Response:
    if data is None:
        raise NotFound("log.no_tile")
    answer = Response(data, content_type=_BYTES)
    answer.cache_control.public = True
    answer.cache_control.max_age = _YEAR
    if width == tiles.WIDTH:
        answer.cache_control.immutable = True
    return answer


def _text(text: str) -> Response:
    return Response(text, content_type=_TEXT)


def _fresh(answer: Response) -> Response:
    answer.cache_control.no_cache = True
    return answer


register_sentences(
    {
        "log.empty": N_("The public log has no entry yet."),
        "log.no_entry": N_("The public log has no entry {seq} yet. An act has its number within a second."),
        "log.no_tile": N_("The public log has no such file, or not yet so many entries."),
        "log.not_witnessed": N_("No head of the public log has the cosignatures of enough witnesses yet."),
    }
)
