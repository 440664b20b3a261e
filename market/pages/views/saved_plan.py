"""A kept plan: saved without an account, opened by its link, read by anybody, printed, and renewed by one click."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.clock import china_date
from market.base.errors import BadState, BreaksRule, NotFound
from market.base.money import parse_decimal
from market.base.permissions import Permission, may
from market.base.throttle import sender_hash
from market.catalogue.needs import Group
from market.pages import navigator
from market.pages.cards import in_words
from market.pages.navigator import Result, acts_wanted
from market.pages.pdf import chinese_font, document
from market.pages.plan_sheet import sheet
from market.pages.planning import Planned, basket_fields, headline, planned
from market.pages.qr import qr_code
from market.pages.queries import editions
from market.pages.queries.editions import EditionFacts
from market.pages.queries.navigator import chosen
from market.pages.views.blueprint import in_force, pages
from market.selection.actions import plans as actions
from market.selection.actions.plans import Given
from market.selection.models import Plan
from market.selection.queries.plans import plan_of
from market.store.transaction import transaction
from market.web import senders
from market.web.access import actor_or_none, public
from market.web.forms import HouseForm

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Opened:
    """A kept plan worked out by its own edition, on the day it was kept."""

    plan: Plan
    edition: EditionFacts
    result: Result
    planned: Planned

    @property
    def title(self) -> str:
        """The bundle's name, or the acts'."""
        bundle = self.result.chosen.bundle
        if bundle is not None:
            return in_words(bundle.name_zh, bundle.name_en)
        names = [in_words(act.name_zh, act.name_en) for act in self.result.chosen.acts]
        return names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}"

    @property
    def headline(self) -> str:
        """The answer in one line."""
        return headline(self.title, self.result.count(Group.MUST_BUY), self.planned)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What was chosen, answered and typed, as the navigator's address has it."""
        given = [("bundle", self.plan.bundle)] if self.plan.bundle else []
        given += [("act", str(act)) for act in self.plan.acts]
        given += [(f"a.{code}", answer) for code, answer in sorted(self.plan.answers.items())]
        return given + sorted(self.plan.quantities.items())

    @property
    def answered(self) -> list[tuple[str, str]]:
        """Every question answered, in the reader's words."""
        told = []
        for one in self.result.questions:
            if not one.answer or one.unreadable:
                continue
            option = next((each for each in one.options if each["value"] == one.answer), None)
            answer = in_words(option["zh"], option["en"]) if option else f"{one.answer} {one.asked.unit}".strip()
            told.append((in_words(one.asked.text_zh, one.asked.text_en), answer))
        return told


@dataclass(frozen=True, slots=True)
class Changed:
    """What the edition in force says otherwise; `new` is None where it has not what was chosen."""

    edition: EditionFacts
    new: Planned | None
    added: Sequence[str] = ()
    gone: Sequence[str] = ()
    moved: Sequence[tuple[str, str, str]] = ()


@pages.post("/plans")
@public
def save_plan() -> ResponseReturnValue:
    """Keep what the navigator shows; the same plan has one link a day."""
    if not HouseForm().validate_on_submit():
        raise BadState("form.expired")
    edition = _edition(request.form.get("edition", ""))
    given = _given(request.form, edition)
    sender = sender_hash("plan", senders.address(), secret=current_app.config["SECRET_KEY"], on=clock.today())
    with transaction() as now:
        token = actions.save(given, sender=sender, now=now)
    return redirect(url_for("pages.saved_plan", token=token), 303)


@pages.get("/plans/<token>")
@public
def saved_plan(token: str) -> ResponseReturnValue:
    """The plan as of its edition, with the difference to today's."""
    opened = open_plan(token)
    current = in_force()
    actor = actor_or_none()
    answer = make_response(
        render_template(
            "pages/saved_plan.html",
            opened=opened,
            plan=opened.planned,
            groups=[(group.value, rows) for group, rows in opened.result.groups.items() if rows],
            changed=_changed(opened, current) if current.id != opened.edition.id else None,
            basket=basket_fields(opened.result) if actor and may(actor.role, Permission.SELECTION_BASKET_USE) else None,
            qr=qr_code(url_for("pages.saved_plan", token=token, _external=True)),
            in_words=in_words,
            has_font=chinese_font(current_app.config["FONTS"]) is not None,
        )
    )
    # Whoever has the link may read it; no search engine should spread it.
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@pages.get("/plans/<token>.pdf")
@public
def saved_plan_pdf(token: str) -> ResponseReturnValue:
    """The plan as a document; the same plan is the same bytes while the prices marked for it stand."""
    opened = open_plan(token)
    link = url_for("pages.saved_plan", token=token, _external=True)
    data = sheet((opened.headline, link), opened.result, opened.planned, opened.edition)
    answer = make_response(document("plan", {**data, "answered": opened.answered}, current_app.config["FONTS"]))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="plan-{opened.plan.fingerprint[:8]}.pdf"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def open_plan(token: str) -> Opened:
    """The plan behind a link; NotFound("plan.not_found")."""
    plan = plan_of(token)
    edition = editions.published(plan.edition.number)
    on = china_date(plan.created_at)
    result = navigator.result(chosen(edition, plan.bundle, plan.acts), plan.answers, plan.quantities, on=on)
    return Opened(plan, edition, result, planned(result, on))


def _edition(number: str) -> EditionFacts:
    current = in_force()
    if not (number.isascii() and number.isdecimal()) or len(number) > 9 or int(number) == current.number:
        return current
    found = editions.published(int(number))
    if found.effective_from > clock.today():
        raise NotFound("edition.not_found")
    return found


def _given(form: MultiDict[str, str], edition: EditionFacts) -> Given:
    """What the list asks for and nothing else: free text in an answer or a quantity is not kept."""
    bundle = form.get("bundle", "")[:64]
    found = chosen(edition, bundle, acts_wanted(form.getlist("act")))
    if not found.acts:
        raise NotFound("bundle.not_found")
    answers = {name.removeprefix("a."): text for name, text in _prefixed(form, "a.").items()}
    result = navigator.result(found, answers, _prefixed(form, "q."), on=clock.today())
    fees = [fee for rows in result.groups.values() for one in rows for fee in one.fees]
    return Given(
        edition_id=edition.id,
        bundle=bundle,
        # The bundle's own acts are the bundle's matter: the next edition may have others.
        acts=sorted(act.id for act in found.acts if not act.of_bundle),
        answers={one.asked.code: one.answer for one in result.questions if one.answer and not one.unreadable},
        quantities={fee.name: fee.typed for fee in fees if fee.typed and not fee.example and _is_number(fee.typed)},
    )


def _prefixed(form: MultiDict[str, str], prefix: str) -> Mapping[str, str]:
    return {name: text[:LONGEST] for name, text in form.items() if name.startswith(prefix)}


def _is_number(typed: str) -> bool:
    try:
        parse_decimal(typed)
    except BreaksRule:
        return False
    return True


def _changed(opened: Opened, current: EditionFacts) -> Changed:
    plan, today = opened.plan, clock.today()
    try:
        found = chosen(current, plan.bundle, plan.acts)
    except NotFound:
        return Changed(current, None)
    if not found.acts:
        return Changed(current, None)
    result = navigator.result(found, plan.answers, plan.quantities, on=today)
    before, after = _by_code(opened.result), _by_code(result)
    return Changed(
        edition=current,
        new=planned(result, today),
        added=[after[code][0] for code in sorted(after.keys() - before.keys())],
        gone=[before[code][0] for code in sorted(before.keys() - after.keys())],
        moved=[
            (after[code][0], before[code][1], after[code][1])
            for code in sorted(after.keys() & before.keys())
            if before[code][1] != after[code][1]
        ],
    )


def _by_code(result: Result) -> dict[str, tuple[str, str]]:
    """By code, the name and the group of every service."""
    return {
        one.code: (in_words(one.entry.entry.name_zh, one.entry.entry.name_en), group.value)
        for group, rows in result.groups.items()
        for one in rows
    }
