"""The public voice, without an account: send one, ask for it again, read what was answered."""

import secrets

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from market.base import clock
from market.base.errors import NotFound, Refusal
from market.oversight import actions, queries
from market.oversight.actions import Given, Receipt
from market.oversight.forms import DemandForm, ObjectionForm, QueryForm, VoiceForm, aspect_of
from market.oversight.queries import Narrowed, Target
from market.oversight.rules import LONGEST_NAME, OUTCOMES, VoiceKind, VoiceState, sender_hash
from market.oversight.views.blueprint import TONES, oversight_desk
from market.oversight.views.shown import days_of, shown
from market.store.transaction import transaction
from market.store.types import LARGEST_KEY
from market.web import senders
from market.web.access import public
from market.web.labels import said
from market.web.paging import page_of, wanted

KINDS = tuple(VoiceKind)


@oversight_desk.route("/voices/new", methods=["GET", "POST"])
@public
def new_voice() -> ResponseReturnValue:
    """Say that an entry is wrong, or that something was demanded outside the list; what is known is filled in."""
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        return render_template("oversight/new_voice.html", kind="", form=None, target=Target())
    form = _form(VoiceKind(kind))
    if form.validate_on_submit():
        try:
            return _receipt(_receive(form))
        except Refusal as refusal:
            form.refuse(refusal)
    return form.page("oversight/new_voice.html", kind=kind, target=_known(form))


def _form(kind: VoiceKind) -> VoiceForm:
    made = ObjectionForm if kind == VoiceKind.OBJECTION else DemandForm
    form: VoiceForm = made() if request.method == "POST" else made(once=secrets.token_urlsafe(24))
    return form.in_words()


def _known(form: VoiceForm) -> Target:
    """What the form is about so far, if that exists."""
    if request.method != "POST":
        _fill(form)
    try:
        return _target(form)
    except Refusal:
        return Target()


def _fill(form: VoiceForm) -> None:
    form["service"].data = _given("service", 64)
    if isinstance(form, DemandForm):
        form.removed.data = _given("removed", 19)
        form.said.data = _given("said", LONGEST_NAME)
        named = queries.removed_named(form.said.data, clock.today())
        if named is not None and not (form.service.data or form.removed.data):
            form.removed.data, form.said.data = str(named), ""
        try:
            _target(form)
        except Refusal:
            # A code of nothing is what somebody was asked for.
            form.said.data = form.said.data or form.service.data
            form.service.data = form.removed.data = ""


def _given(name: str, most: int) -> str:
    return "".join(filter(str.isprintable, request.args.get(name, ""))).strip()[:most]


def _target(form: VoiceForm) -> Target:
    if form["service"].data:
        return queries.entry_target(form["service"].data, clock.today())
    if isinstance(form, DemandForm):
        if form.removed.data:
            number = form.removed.data
            if not (number.isascii() and number.isdecimal() and len(number) < 20 and int(number) <= LARGEST_KEY):
                raise NotFound("page.not_found")
            return queries.removed_target(int(number))
        return Target(said=form.said.data or "")
    return Target()


def _receive(form: VoiceForm) -> Receipt:
    target = _target(form)
    with transaction() as now:
        given = Given(
            aspect=aspect_of(form), target=target, text=form.text.data, once=form.once.data, sender=_sender(),
            contact=form.contact.data or "", demand=form.demand() if isinstance(form, DemandForm) else None,
        )  # fmt: skip
        return actions.receive(given, now=now)


def _receipt(receipt: Receipt) -> ResponseReturnValue:
    # The code is shown by this answer only; sent again, the form is refused, because it is taken once.
    answer = make_response(render_template("oversight/receipt.html", receipt=receipt), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sender() -> str:
    return sender_hash(senders.address(), current_app.config["SECRET_KEY"], clock.today())


@oversight_desk.route("/voices/query", methods=["GET", "POST"])
@public
def query_voice() -> ResponseReturnValue:
    """Where my voice stands, by its reference and query code."""
    form = QueryForm()
    if not form.validate_on_submit():
        return form.page("oversight/query_voice.html")
    ref = form.ref.data.upper()
    with transaction() as now:
        refusal = actions.check_code(ref, form.code.data, sender=_sender(), now=now)
    if refusal is not None:
        return _not_found(form, refusal)
    answer = make_response(render_template("oversight/my_voice.html", **shown(queries.row_of(ref))))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _not_found(form: QueryForm, refusal: Refusal) -> ResponseReturnValue:
    form.form_errors.append(said(refusal))
    form.refused_status = refusal.status
    answer = make_response(form.page("oversight/query_voice.html"))
    if "seconds" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["seconds"])
    return answer


@oversight_desk.get("/voices")
@public
def voices() -> ResponseReturnValue:
    """What was asked and answered, the newest first; narrowed by kind and outcome in the address."""
    kind, outcome = _given("kind", 40), _given("outcome", 40)
    given = Narrowed(
        kind=kind if kind in KINDS else "",
        outcome=outcome if outcome in OUTCOMES else "",
        state=VoiceState.ANSWERED,
        about=_given("about", LONGEST_NAME),
    )
    page = page_of(
        queries.count(given),
        wanted(request.args),
        lambda limit, offset: queries.answered(given, limit=limit, offset=offset),
    )
    return render_template(
        "oversight/voices.html",
        page=page,
        given=given,
        figures=queries.figures(clock.today()),
        kinds=KINDS,
        outcomes=OUTCOMES,
        tones=TONES,
        days=days_of(page.items),
    )


@oversight_desk.get("/voices/<ref>")
@public
def voice(ref: str) -> ResponseReturnValue:
    """One answered voice: question, answer, outcome, corrections, and the days it took."""
    return render_template("oversight/voice.html", **shown(queries.public_row(ref)))
