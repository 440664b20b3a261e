"""Public notices: every request from its publication to what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from market.base import clock
from market.catalogue.listing import measure_of
from market.contracts.models import Contract
from market.contracts.rules import ContractState
from market.journal.queries import history
from market.pages.cards import in_words
from market.pages.queries import notice as queries
from market.pages.tones import REQUEST_TONES
from market.pages.views.blueprint import pages
from market.selection.models import Request
from market.selection.queries import NoticeDetail, NoticeFilter, notice_of, rule_ground, sisters_of
from market.selection.queries import notices as published
from market.selection.rules import Method, RequestState
from market.web.access import public
from market.web.filters import deadline
from market.web.labels import sentence
from market.web.paging import wanted

STATES = (RequestState.OPEN, RequestState.AWARDED, RequestState.FAILED, RequestState.CANCELLED)
LONGEST = 40
Step = dict[str, Any]


@pages.get("/notices")
@public
def notices() -> ResponseReturnValue:
    """The newest event first; narrowed by state, service and agency in the address."""
    state = request.args.get("state", "")
    given = NoticeFilter(
        state=state if state in STATES else "",
        code=request.args.get("service", "")[:LONGEST],
        agency_ref=request.args.get("agency", "")[:LONGEST],
    )
    return render_template(
        "pages/notices.html",
        page=published(wanted(request.args), given),
        given=given,
        counts=queries.counts_by_state(),
        states=STATES,
        tones=REQUEST_TONES,
        now=clock.now(),
        in_words=in_words,
    )


@pages.get("/notices/<ref>")
@public
def notice(ref: str) -> ResponseReturnValue:
    """One request: what was asked for, the quotes once opened, the award with its reasons, and what followed."""
    now = clock.now()
    detail = notice_of(ref, now)
    contract = queries.contract_of_request(detail.request.id)
    log = history(f"request/{ref}")
    ground = rule_ground(log)
    return render_template(
        "pages/notice.html",
        detail=detail,
        request_=detail.request,
        entry=detail.request.entry,
        quantities=[_quantity(line, item) for line, item in detail.lines],
        reasons=_reasons(detail),
        steps=_steps(detail, contract, now),
        contract=contract,
        merged=sisters_of(ref),
        log=log,
        ground=sentence(*ground) if ground else "",
        tones=REQUEST_TONES,
        now=now,
        in_words=in_words,
    )


def _quantity(line: Any, item: Any) -> tuple[str, str]:
    return item.name_zh, f"{measure_of(item).number(line.quantity)} {item.unit}".strip()


def _reasons(detail: NoticeDetail) -> Sequence[str]:
    if detail.award is None:
        return ()
    return [
        sentence(str(one["code"]), {name: fact for name, fact in one.items() if name != "code"})
        for one in detail.award.reasons
    ]


def _steps(detail: NoticeDetail, contract: Contract | None, now: datetime) -> list[Step]:
    asked = detail.request
    steps = [_step(_("Published"), asked.published_at, "done")]
    if asked.quotes_until is not None:
        open_ = asked.state == RequestState.OPEN and now < asked.quotes_until
        drawn = asked.method == Method.RANDOM
        told = _("%(count)s signed up", count=detail.sealed) if drawn else _("%(count)s quotes", count=detail.sealed)
        note = f"{deadline(asked.quotes_until)} · {told}"
        steps.append(
            _step(_("Sign-up until") if drawn else _("Quotes until"), None, "current" if open_ else "done", note=note)
        )
    steps.append(_outcome(asked))
    if asked.state == RequestState.AWARDED:
        steps += _followed(contract)
    return steps


def _outcome(asked: Request) -> Step:
    if asked.state == RequestState.AWARDED:
        return _step(_("Selected"), asked.closed_at, "done")
    if asked.state in (RequestState.FAILED, RequestState.CANCELLED):
        ended = _("Failed") if asked.state == RequestState.FAILED else _("Cancelled")
        return _step(ended, asked.closed_at, "failed")
    return _step(_("Selection"), None, "future")


def _followed(contract: Contract | None) -> list[Step]:
    if contract is None:
        return [_step(_("Contract"), None, "current"), _step(_("Acceptance"), None, "future")]
    if contract.state == ContractState.DECLINED:
        return [_step(_("Contract declined"), contract.proposed_at, "failed")]
    signed = _step(_("Contract signed"), contract.signed_at, "done" if contract.signed_at else "current")
    if contract.accepted_at is not None:
        note = _(
            "%(actual)s of %(promised)s working days", actual=contract.actual_days, promised=contract.promised_days
        )
        return [signed, _step(_("Accepted"), contract.accepted_at, "done", note=note)]
    return [signed, _step(_("Acceptance"), None, "current" if contract.signed_at else "future")]


def _step(label: str, at: datetime | None, state: str, *, note: str = "") -> Step:
    return {"label": label, "at": at, "state": state, "note": note, "href": ""}
