"""The navigator: choose what you want to do, answer what decides, and see what it really needs.

Everything stands in the address, so that a result can be sent to somebody; nothing is stored.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from market.base import clock
from market.base.errors import NotFound
from market.base.permissions import Permission, may
from market.catalogue.needs import Group
from market.catalogue.queries.bundles import ActRow, acts_of, bundles_of
from market.pages import navigator
from market.pages.cards import in_words, item_path
from market.pages.navigator import NeedShown, Result, acts_named, acts_wanted
from market.pages.planning import basket_fields, headline, plan_fields, planned, short_span
from market.pages.queries import editions
from market.pages.queries.editions import EditionFacts
from market.pages.queries.navigator import chosen
from market.pages.views.blueprint import in_force, pages
from market.web.access import actor_or_none, public
from market.web.labels import labels, said

LONGEST = 100
TONES = {"must_buy": "blue", "yourself": "green", "government": "grey", "not_needed": "tag"}


@pages.get("/plan/choose")
@public
def plan_start() -> ResponseReturnValue:
    """Bundles as shelves, and every act of the list to choose from; what was ticked stays ticked while searching."""
    here = in_force()
    ticked = set(acts_named(request.args.getlist("act")))
    words = _folded(request.args.get("q", "")[:LONGEST])
    acts = acts_of(here.id)
    found = [act for act in acts if act.id in ticked or _has(act, words)]
    return render_template(
        "pages/plan_start.html",
        edition=here,
        bundles=bundles_of(here.id),
        shelves=_shelves(found),
        found=sum(_has(act, words) for act in acts),
        ticked=ticked,
        text=request.args.get("q", "")[:LONGEST],
        in_words=in_words,
    )


@pages.get("/plan")
@public
def plan() -> ResponseReturnValue:
    """What a bundle or some acts need, in four groups."""
    bundle, acts = request.args.get("bundle", "")[:64], acts_wanted(request.args.getlist("act"))
    if not bundle and not acts:
        return redirect(url_for("pages.plan_start"))
    current = in_force()
    edition = _edition(request.args.get("edition", ""), current)
    found = chosen(edition, bundle, acts)
    if not found.acts:
        raise NotFound("bundle.not_found")
    result = navigator.result(found, _answers(), _prefixed("q."), on=clock.today())
    actor = actor_or_none()
    made = planned(result, clock.today())
    title = title_of(result)
    return render_template(
        "pages/plan.html",
        plan=made,
        headline=headline(title, result.count(Group.MUST_BUY), made),
        sums_of={Group.MUST_BUY: short_span(made.must), Group.YOURSELF: short_span(made.own)},
        keeping=plan_fields(result, edition),
        basket=basket_fields(result) if actor and may(actor.role, Permission.SELECTION_BASKET_USE) else [],
        edition=edition,
        current=current,
        superseded=edition.id != current.id,
        renewed=_address(without={"edition"}),
        title=title,
        result=result,
        chosen=found,
        groups=[(group.value, TONES[group], rows) for group, rows in result.groups.items()],
        carried=[(key, value) for key, value in request.args.items(multi=True) if key in ("bundle", "act", "edition")],
        orders=_orders(result),
        why=why_not,
        in_words=in_words,
        item_path=item_path,
        said=said,
    )


def title_of(result: Result) -> str:
    """What was chosen: the bundle's name, or the acts'."""
    found = result.chosen
    if found.bundle is not None:
        return in_words(found.bundle.name_zh, found.bundle.name_en)
    names = [in_words(act.name_zh, act.name_en) for act in found.acts]
    return names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}"


def why_not(one: NeedShown) -> list[dict[str, object]]:
    """Why a service is not needed here, each reason with what it rests on and whether it is our own judgement."""
    words = labels()
    return [
        {
            "text": in_words(reason.rule.reason_zh, reason.rule.reason_en)
            if reason.rule
            else words[f"why.{reason.why}"],
            "rests_on": reason.rule.rests_on if reason.rule else "",
            "judged": reason.rule.judged if reason.rule else False,
        }
        for reason in one.need.reasons
        if one.need.group == Group.NOT_NEEDED
    ]


def _orders(result: Result) -> list[tuple[str, str, str]]:
    names = {act.id: in_words(act.name_zh, act.name_en) for act in result.chosen.acts}
    return [(names[one.before], names[one.after], one.rests_on) for one in result.chosen.orders]


def _edition(wanted: str, current: EditionFacts) -> EditionFacts:
    """The edition that the address names; one that is not in force yet is none."""
    if not (wanted.isascii() and wanted.isdecimal()) or len(wanted) > 9 or int(wanted) == current.number:
        return current
    found = editions.published(int(wanted))
    if found.effective_from > clock.today():
        raise NotFound("edition.not_found")
    return found


def _answers() -> dict[str, str]:
    return {name.removeprefix("a."): value for name, value in _prefixed("a.").items()}


def _prefixed(prefix: str) -> dict[str, str]:
    """The fields of the address that begin so."""
    return {key: value[:LONGEST] for key, value in request.args.items() if key.startswith(prefix)}


def _address(without: set[str]) -> str:
    kept: MultiDict[str, str] = request.args
    given = [(key, value) for key, value in kept.items(multi=True) if key not in without]
    return f"{request.path}?{urlencode(given)}"


def _folded(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text).casefold().split()


def _has(act: ActRow, words: Sequence[str]) -> bool:
    text = " ".join((act.name_zh, act.name_en, act.authority_zh, act.authority_en, act.category_zh, act.category_en))
    return all(word in text.casefold() for word in words)


def _shelves(acts: Sequence[ActRow]) -> Mapping[str, list[ActRow]]:
    """Acts by category, in the list's order."""
    found: dict[str, list[ActRow]] = {}
    for act in acts:
        found.setdefault(in_words(act.category_zh, act.category_en), []).append(act)
    return found
