"""The public pages of draws: the table, one draw before and after, its transcript, and the program that repeats it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import draw as law
from market.journal.guarding import Log
from market.journal.queries import history
from market.journal.rules.policy import Policy
from market.selection import queries
from market.selection.models import Draw
from market.selection.queries import draws as found
from market.selection.queries.transcript import transcript
from market.selection.rules import DAY, Decision, DrawState, Postponed, RequestState, lottery_day, seconds
from market.selection.views.blueprint import selection
from market.selection.views.shown import draw_steps, refusal_reasons
from market.store.transaction import database_now
from market.web.access import public
from market.web.paging import page_of, wanted

PROGRAM = Path(__file__).parents[1] / "draw" / "replay_draw.py"


@selection.get("/draws")
@public
def draws() -> ResponseReturnValue:
    """Every draw, the newest beacon first."""
    page = page_of(
        found.draws_count(), wanted(request.args), lambda limit, offset: found.draw_rows(limit=limit, offset=offset)
    )
    return render_template("selection/draws.html", page=page)


@selection.get("/draws/<ref>")
@public
def draw(ref: str) -> ResponseReturnValue:
    """One draw: who takes part, what protects whom, the ranking, and a button that repeats it in the browser."""
    shown, now = queries.draw_of(ref), database_now()
    asked = queries.published_request(shown.request_id)
    open_pool = shown.state not in (DrawState.ANNOUNCED, DrawState.CANCELLED)
    everybody = found.participants(shown.id) if open_pool else []
    value = found.value_drawn_by(shown)
    told = transcript(shown, _policy())
    decisions = {one: found.decision_of(shown.id, one) for one in Decision}
    return render_template(
        "selection/draw.html",
        draw=shown,
        asked=asked,
        entry=asked.entry,
        now=now,
        now_seconds=seconds(now),
        pool=[one for one in everybody if one.in_pool],
        out=[one for one in everybody if one.excluded],
        withdrawn=[one for one in everybody if one.withdrawn_at],
        entered=found.signed_up_count(shown.id),
        awards=found.awards_of_draw(shown),
        value=value,
        told=told.get("beacon"),
        steps=draw_steps(shown, now),
        postponements=found.postponements_of(shown.id),
        secrets=found.secrets_of(shown.id),
        decisions=decisions,
        fallback_day=date.fromisoformat(lottery_day(shown.beacon_time + DAY)),
        bits=_bits(shown, value.kind if value else ""),
        protection=_protection(shown, [one["witness"] for one in told["witnesses"]]),
        ended=refusal_reasons(history(f"request/{ref}")) if asked.state == RequestState.FAILED else [],
    )


@selection.get("/draws/<ref>.json")
@public
def draw_transcript(ref: str) -> ResponseReturnValue:
    """The transcript, for programs."""
    answer = Response(law.canonical(transcript(queries.draw_of(ref), _policy())), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'inline; filename="{ref}.json"'
    return answer


@selection.get("/draws/replay_draw.py")
@public
def replay_program() -> ResponseReturnValue:
    """The program that repeats a draw anywhere, with nothing but Python."""
    return _download(PROGRAM.read_bytes(), "replay_draw.py")


@selection.get("/draws/draw-v1.txt")
@public
def algorithm_text() -> ResponseReturnValue:
    """The algorithm in words; its hash stands in every announcement."""
    return _download(law.TEXT, "draw-v1.txt")


def _policy() -> Policy:
    site: Log = current_app.extensions["log"]
    return site.policy


def _download(body: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="text/plain", headers=headers)


def _bits(shown: Draw, kind: str) -> int:
    committers = len(found.secrets_of(shown.id))
    return law.bits_of(law.BeaconKind(kind or shown.beacon), committers)


def _protection(shown: Draw, names: Sequence[str]) -> tuple[str, str]:
    """Who confirms that the pool was frozen before the beacon, or that nobody does: a heading and a sentence."""
    if shown.witnesses == 0:
        return _("What is missing"), _(
            "No outside witness confirms the frozen pool here. Who doubts the operator keeps the fingerprint of the pool"
            " before the beacon comes, by a screenshot or by the file."
        )
    if len(names) >= shown.witnesses:
        return _("Who confirms it"), _(
            "Before the beacon these witnesses cosigned the public log with the frozen pool in it: %(names)s.",
            names=", ".join(names),
        )
    moved = sum(one.reason == Postponed.WITNESSES for one in found.postponements_of(shown.id))
    return _("What is missing"), _(
        "%(count)s witnesses are to confirm the frozen pool, %(here)s have; the draw was postponed %(moved)s times for it.",
        count=shown.witnesses,
        here=len(names),
        moved=moved,
    )
