"""The desk of the list's editor: open voices by deadline, one voice, its answer, and corrections."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import Refusal
from market.base.permissions import Permission, may
from market.oversight import actions, queries
from market.oversight.forms import AnswerForm, CorrectionForm
from market.oversight.queries import Narrowed
from market.oversight.rules import VoiceState
from market.oversight.views.blueprint import TONES, oversight_desk
from market.oversight.views.shown import days_of, shown
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.paging import page_of, wanted

_NOTHING: MultiDict[str, str] = MultiDict()
STATES = tuple(VoiceState)


@oversight_desk.get("/desk/voices")
@needs(Permission.CATALOGUE_VOICE_READ)
def desk_voices() -> ResponseReturnValue:
    """Open voices, the overdue ones first; or the answered ones, the newest first."""
    state = request.args.get("state", "")
    given = Narrowed(state=state if state in STATES else VoiceState.RECEIVED)
    fetch = queries.waiting if given.state == VoiceState.RECEIVED else _answered
    page = page_of(queries.count(given), wanted(request.args), lambda limit, offset: fetch(limit=limit, offset=offset))
    return render_template(
        "oversight/desk_voices.html",
        page=page,
        chosen=given.state,
        states=STATES,
        figures=queries.figures(clock.today()),
        days=days_of(page.items),
        today=clock.today(),
        tones=TONES,
    )


def _answered(*, limit: int, offset: int) -> list[queries.VoiceRow]:
    return queries.answered(Narrowed(state=VoiceState.ANSWERED), limit=limit, offset=offset)


@oversight_desk.get("/desk/voices/<ref>")
@needs(Permission.CATALOGUE_VOICE_READ)
def desk_voice(ref: str) -> ResponseReturnValue:
    """One voice as it was sent, with its answers; the editor's form."""
    row = queries.row_of(ref)
    form = AnswerForm if row.voice.state == VoiceState.RECEIVED else CorrectionForm
    return _page(ref, form(_NOTHING))


@oversight_desk.post("/desk/voices/<ref>/answer")
@needs(Permission.CATALOGUE_VOICE_ANSWER)
def answer_voice(ref: str) -> ResponseReturnValue:
    """Answer a voice, once; the answer is public at once."""
    form = AnswerForm().in_words()
    if form.validate_on_submit():
        try:
            with transaction(queries.voice_lock(ref)) as now:
                actions.answer(queries.voice_of(ref), form.given(), actor=current_actor(), now=now)
            flash(_("The answer stands and is public."), "success")
            return redirect(url_for("oversight.desk_voice", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


@oversight_desk.post("/desk/voices/<ref>/correct")
@needs(Permission.CATALOGUE_VOICE_ANSWER)
def correct_answer(ref: str) -> ResponseReturnValue:
    """Correct an answer by a new one with a reason; the old one stays."""
    form = CorrectionForm().in_words()
    if form.validate_on_submit():
        try:
            with transaction(queries.voice_lock(ref)) as now:
                actions.correct(queries.voice_of(ref), form.given(), actor=current_actor(), now=now)
            flash(_("The correction stands and is public, beside what it corrects."), "success")
            return redirect(url_for("oversight.desk_voice", ref=ref))
        except Refusal as refusal:
            form.refuse(refusal)
    return _page(ref, form)


def _page(ref: str, form: AnswerForm) -> ResponseReturnValue:
    row = queries.row_of(ref)
    answers_it = may(current_actor().role, Permission.CATALOGUE_VOICE_ANSWER)
    return form.in_words().page(
        "oversight/desk_voice.html",
        **shown(row),
        answers_it=answers_it,
        # How to reach the sender is for the desk that answers, and for nobody else.
        contact=queries.contact_of(row.voice) if answers_it else "",
    )
