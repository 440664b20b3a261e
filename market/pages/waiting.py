"""What waits for whom, by permission."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from market.agencies.queries import agency_or_none, newest_filing, open_suspensions, overdue_checks, waiting_for_check
from market.agencies.rules import AgencyState, FilingState
from market.base import clock
from market.base.people import Actor
from market.base.permissions import Permission, may
from market.catalogue.queries import unpublished_edition
from market.catalogue.rules import EditionState
from market.contracts import queries as contracts
from market.contracts.rules import ContractState
from market.evaluation import queries as evaluation
from market.evaluation.rules import RoundState
from market.fees import queries as fees
from market.pages.draws import draw_decisions
from market.pages.lapsed import prices_to_mark
from market.pages.queries import desk as queries
from market.pages.revisions import entries_under_revision
from market.pages.verification import cases
from market.pages.voices import open_voices, overdue_voices
from market.pages.waits import Group, Today, Wait, due, until
from market.ratings.queries import unrated
from market.selection.queries import opportunities_for
from market.selection.rules import Method, RequestState
from market.store.calendar import calendar

P = Permission


def waiting_for(actor: Actor, now: datetime) -> list[Group]:
    """Everything that waits for the actor; groups without anything are left out."""
    today = Today(now, clock.china_date(now), calendar())
    found = [make(actor, today) for permission, make in _MAKERS if may(actor.role, permission)]
    return [group for group in found if group.waits]


def _requests(actor: Actor, today: Today) -> Group:
    waits, told = [], set()
    for row in queries.unfinished_requests(actor.organisation):
        title, href = row.title, url_for("selection.request_page", ref=row.ref)
        if row.merged_ref and (row.state == RequestState.DRAFT or row.method == Method.DIRECT):
            # Its lots are published together and can be chosen for together, so that it waits once.
            if row.merged_ref in told:
                continue
            told.add(row.merged_ref)
            title, href = row.merged_title or title, url_for("selection.merged_page", ref=row.merged_ref)
        if row.state == RequestState.DRAFT:
            waits.append(Wait(title, _("Draft"), href, _("Publish")))
        elif row.method == Method.DIRECT:
            waits.append(Wait(title, _("Published, nobody chosen yet"), href, _("Choose")))
        elif row.method == Method.RANDOM:
            continue
        elif row.quotes_until is not None and row.quotes_until <= today.now:
            note = ngettext("%(num)d quote was opened", "%(num)d quotes were opened", row.quotes)
            waits.append(Wait(row.title, note, href, _("Choose"), until(row.quotes_until, today)))
    return Group(_("Requests"), url_for("selection.requests"), waits)


def _awards(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(row.title, row.agency, url_for("contracts.propose", award_ref=row.ref), _("Propose the contract"))
        for row in contracts.awards_waiting(actor)
    ]
    return Group(_("Selected, without a contract"), url_for("contracts.contracts"), waits)


def _deliveries(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(
            one.request.title,
            one.agency.organisation.name,
            url_for("contracts.contract", ref=one.ref),
            _("Accept or return"),
        )
        for one in contracts.waiting_for(actor)
    ]
    return Group(_("Results to accept"), url_for("contracts.contracts"), waits)


def _to_pay(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(
            note.contract.request.title,
            note.contract.agency.organisation.name,
            url_for("fees.note", ref=note.ref),
            _("Pay"),
        )
        for note in fees.waiting_for(actor)
    ]
    return Group(_("Fee notes to pay"), url_for("fees.fees"), waits)


def _to_rate(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(one.request.title, one.agency.organisation.name, url_for("ratings.rating", ref=one.ref), _("Rate"))
        for one in unrated(actor)
    ]
    return Group(_("Jobs to rate"), url_for("contracts.contracts"), waits)


def _registration(actor: Actor, today: Today) -> Group:
    agency = agency_or_none(actor)
    href = url_for("agencies.agency")
    filing = newest_filing(agency.id) if agency else None
    waits = []
    if filing is None or filing.state == FilingState.DRAFT:
        waits.append(Wait(_("Finish the registration"), _("Papers, contact, commitment letter"), href, _("Continue")))
    elif filing.state == FilingState.RETURNED:
        waits.append(Wait(_("Correct the registration"), _("The desk has named its reasons"), href, _("Correct")))
    elif filing.state == FilingState.IN_CHECK and filing.check_due_on is not None:
        waits.append(
            Wait(
                _("The formal check is running"),
                _("Nothing to do for you"),
                href,
                _("Look"),
                due(filing.check_due_on, today),
            )
        )
    return Group(_("Registration"), href, waits)


def _opportunities(actor: Actor, today: Today) -> Group:
    agency = agency_or_none(actor)
    rows = opportunities_for(agency, today.now) if agency is not None and agency.state == AgencyState.ADMITTED else []
    waits = [
        Wait(
            row.title,
            row.buyer,
            url_for("selection.opportunity", ref=row.ref),
            _("Sign up") if row.method == Method.RANDOM else _("Quote"),
            until(row.quotes_until, today),
        )
        for row in rows
        if row.mine_fen is None
    ]
    return Group(_("Requests to quote on"), url_for("selection.opportunities"), waits)


def _services(actor: Actor, today: Today) -> Group:
    waits = []
    for one in contracts.waiting_for(actor):
        href = url_for("contracts.contract", ref=one.ref)
        signs = one.state == ContractState.PROPOSED
        waits.append(
            Wait(
                one.request.title,
                one.organisation.name,
                href,
                _("Sign") if signs else _("Deliver"),
                due(one.due_on, today) if one.due_on and not signs else None,
            )
        )
    return Group(_("Contracts to sign and to deliver"), url_for("contracts.contracts"), waits)


def _to_charge(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(
            one.request.title, one.organisation.name, url_for("fees.of_contract", ref=one.ref), _("Issue the fee note")
        )
        for one in fees.not_issued(actor)
    ]
    return Group(_("Accepted, without a fee note"), url_for("fees.fees"), waits)


def _to_confirm(actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(
            note.contract.request.title,
            note.contract.organisation.name,
            url_for("fees.note", ref=note.ref),
            _("Confirm"),
        )
        for note in fees.waiting_for(actor)
    ]
    return Group(_("Payments to confirm"), url_for("fees.fees"), waits)


def _applications(_actor: Actor, today: Today) -> Group:
    waits = [
        Wait(row.name, row.ref, url_for("agencies.application", ref=row.ref), _("Check"), due(row.due_on, today))
        for row in waiting_for_check()
    ]
    return Group(_("Agencies to check"), url_for("agencies.admission"), waits)


def _overdue_checks(_actor: Actor, today: Today) -> Group:
    href = url_for("agencies.overdue_checks")
    waits = [Wait(row.name, row.ref, href, _("Look"), due(row.due_on, today)) for row in overdue_checks(today.day)]
    return Group(_("Overdue checks of agencies"), href, waits)


def _suspensions(actor: Actor, _today: Today) -> Group:
    href = url_for("agencies.suspensions")
    waits = [
        Wait(row.agency.organisation.name, row.agency.ref, href, _("Confirm or drop"))
        for row in open_suspensions()
        if row.confirmed_at is None and row.proposed_by != actor.id
    ]
    return Group(_("Suspensions to confirm"), href, waits)


def _drafted(_actor: Actor, _today: Today) -> Group:
    return _edition(EditionState.DRAFT, _("Send to review"))


def _reviewed(_actor: Actor, _today: Today) -> Group:
    return _edition(EditionState.IN_REVIEW, _("Review and publish"))


def _edition(state: EditionState, act: str) -> Group:
    one = unpublished_edition()
    waits = []
    if one is not None and one.state == state:
        waits.append(
            Wait(
                _("Edition %(number)s", number=one.number),
                one.title,
                url_for("catalogue.edition", number=one.number),
                act,
            )
        )
    return Group(_("The list"), url_for("catalogue.editions"), waits)


def _to_compute(_actor: Actor, today: Today) -> Group:
    waits = [
        Wait(
            _("Evaluation of %(year)s", year=one.year),
            one.ref,
            url_for("evaluation.one_year", year=one.year),
            _("Compute"),
        )
        for one in evaluation.rounds()
        if one.state == RoundState.OPEN and one.year < today.day.year
    ]
    return Group(_("Yearly evaluation"), url_for("evaluation.rounds"), waits)


def _to_publish(_actor: Actor, _today: Today) -> Group:
    waits = [
        Wait(
            _("Evaluation of %(year)s", year=one.year),
            one.ref,
            url_for("evaluation.one_year", year=one.year),
            _("Look and publish"),
        )
        for one in evaluation.waiting_to_publish()
    ]
    return Group(_("Yearly evaluation"), url_for("evaluation.rounds"), waits)


_MAKERS: Iterable[tuple[Permission, Callable[[Actor, Today], Group]]] = (
    (P.JOURNAL_ENTRY_READ, cases),
    (P.SELECTION_REQUEST_WRITE, _requests),
    (P.CONTRACT_BUYER_ACT, _awards),
    (P.CONTRACT_BUYER_ACT, _deliveries),
    (P.FEE_PAYMENT_DECLARE, _to_pay),
    (P.RATING_ORDER_WRITE, _to_rate),
    (P.AGENCY_PROFILE_WRITE, _registration),
    (P.AGENCY_OFFER_MARK, prices_to_mark),
    (P.SELECTION_QUOTE_SUBMIT, _opportunities),
    (P.CONTRACT_SELLER_ACT, _services),
    (P.FEE_NOTE_ISSUE, _to_charge),
    (P.FEE_PAYMENT_CONFIRM, _to_confirm),
    (P.AGENCY_ADMISSION_DECIDE, _applications),
    (P.AGENCY_ADMISSION_WATCH, _overdue_checks),
    (P.AGENCY_SUSPENSION_DECIDE, _suspensions),
    (P.CATALOGUE_EDITION_DRAFT, _drafted),
    (P.CATALOGUE_EDITION_DRAFT, entries_under_revision),
    (P.CATALOGUE_EDITION_APPROVE, _reviewed),
    (P.CATALOGUE_VOICE_ANSWER, open_voices),
    (P.CATALOGUE_VOICE_READ, overdue_voices),
    (P.SELECTION_DRAW_WITNESS, draw_decisions),
    (P.EVALUATION_ROUND_COMPUTE, _to_compute),
    (P.EVALUATION_ROUND_PUBLISH, _to_publish),
)


def places(actor: Actor) -> list[tuple[str, str]]:
    """The pages of the actor's desk: label and address."""
    every = (
        (P.SELECTION_REQUEST_WRITE, _("My requests"), "selection.requests"),
        (P.SELECTION_BASKET_USE, _("Basket"), "selection.basket"),
        (P.AGENCY_PROFILE_WRITE, _("My registration"), "agencies.agency"),
        (P.AGENCY_OFFER_MARK, _("My agency"), "pages.my_agency"),
        (P.AGENCY_OFFER_MARK, _("My marked prices"), "agencies.offers"),
        (P.SELECTION_QUOTE_SUBMIT, _("Requests to quote on"), "selection.opportunities"),
        (P.CONTRACT_PARTY_READ, _("My contracts"), "contracts.contracts"),
        (P.CONTRACT_PARTY_READ, _("My fee notes"), "fees.fees"),
        (P.CONTRACT_SELLER_ACT, _("Ratings received"), "ratings.received"),
        (P.AGENCY_ADMISSION_DECIDE, _("Admission desk"), "agencies.admission"),
        (P.AGENCY_ENTRY_BRING, _("Bring agencies in"), "agencies.entry_sheets"),
        (P.AGENCY_ADMISSION_WATCH, _("Overdue checks"), "agencies.overdue_checks"),
        (P.AGENCY_SUSPENSION_DECIDE, _("Suspensions"), "agencies.suspensions"),
        (P.CATALOGUE_EDITION_READ, _("Editions of the list"), "catalogue.editions"),
        (P.CATALOGUE_VOICE_READ, _("Voices to answer"), "oversight.desk_voices"),
        (P.SELECTION_DRAW_WITNESS, _("Draws to witness"), "selection.draw_desk"),
        (P.EVALUATION_ROUND_READ, _("Yearly evaluation"), "evaluation.rounds"),
        (P.JOURNAL_ENTRY_READ, _("Journal"), "desks.journal"),
        (P.ACCOUNT_SELF_USE, _("Messages"), "desks.notices"),
        (P.ACCOUNT_MEMBER_MANAGE, _("Members"), "accounts.members"),
    )
    return [(label, url_for(endpoint)) for permission, label, endpoint in every if may(actor.role, permission)]
