"""What every page of the application shares: what is open, how far each step is, and how a step is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from market.agencies import queries
from market.agencies.models import Agency, CommitmentText, Filing
from market.agencies.rules import CORRECTABLE, FilingField, FilingKind
from market.agencies.rules.steps import NEEDED, STEP_OF, FilingStep, after
from market.base import clock
from market.catalogue.queries import edition_in_force_or_none
from market.web.access import current_actor
from market.web.forms import HouseForm


@dataclass(frozen=True, slots=True)
class Opened:
    """The application that is open, as its pages show it; `services` with what each asks for."""

    agency: Agency
    view: queries.FilingView
    letter: CommitmentText | None
    edition_id: int
    services: Sequence[queries.ListedService]
    today: date

    @property
    def filing(self) -> Filing:
        """The filing itself."""
        return self.view.filing

    @property
    def accepted(self) -> bool:
        """Whether the letter in force today is the one that was accepted."""
        return self.letter is not None and self.filing.commitment_version == self.letter.version


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a step is. `state`: done, todo (it must be done), open (it may stay empty), returned."""

    step: FilingStep
    state: str
    note: str
    reasons: Sequence[tuple[str, str]]


def opened_for(agency: Agency | None) -> Opened | None:
    """The application of an agency that is not decided; None when there is none."""
    filing = queries.open_filing(agency.id) if agency is not None else None
    return look(filing.agency, filing) if filing is not None else None


def look(agency: Agency, filing: Filing) -> Opened:
    """A filing in any state as its pages show it."""
    today = clock.today()
    edition = edition_in_force_or_none(today)
    edition_id = edition.id if edition else 0
    view = queries.filing_view(filing, edition_id)
    codes = {code for _id, code, _zh, _en in view.services}
    services = queries.listed_services(edition_id, codes) if codes else []
    return Opened(agency, view, queries.commitment_on(today), edition_id, services, today)


def stages(opened: Opened) -> list[Stage]:
    """Every step of the application in order, with the desk's reasons at the step where they are corrected."""
    view, filing = opened.view, opened.filing
    counts: Mapping[FilingStep, int] = {
        FilingStep.SERVICES: len(view.services),
        FilingStep.PAPERS: len(view.papers),
        FilingStep.PRACTITIONERS: len(view.practitioners),
        FilingStep.PERSONS: len(view.persons),
        FilingStep.ATTACHMENTS: len(view.attachments),
    }
    complete = all(getattr(filing, name).strip() for name in NEEDED)
    ready = {FilingStep.KIND: True, FilingStep.DETAILS: complete, FilingStep.LETTER: opened.accepted}
    found = []
    for step in FilingStep:
        reasons = reasons_at(view, step)
        if step in counts:
            state, note = ("done" if counts[step] else "open"), str(counts[step] or "")
        else:
            state, note = ("done" if ready.get(step, False) else "todo"), ""
        found.append(Stage(step, "returned" if reasons else state, note, reasons))
    return found


def reasons_at(view: queries.FilingView, step: FilingStep) -> list[tuple[str, str]]:
    """The desk's reasons that are corrected on a step's page, each with its field."""
    return [
        (field, reason)
        for field, reasons in view.returned.items()
        if STEP_OF[FilingField(field)] == step
        for reason in reasons
    ]


def step_page(form: HouseForm, step: FilingStep, opened: Opened | None, **values: Any) -> ResponseReturnValue:
    """A step's page, `agencies/step_<step>.html`, with what is the same on all of them."""
    return form.page(
        f"agencies/step_{step}.html",
        step=step,
        steps=list(FilingStep),
        step_url=step_url,
        opened=opened,
        reasons=dict(opened.view.returned) if opened else {},
        public=public_values(opened) if opened else {},
        **values,
    )


def public_values(opened: Opened) -> dict[str, str]:
    """What is public now, by column, where the application is a change; nothing otherwise."""
    if opened.filing.kind != FilingKind.CHANGE:
        return {}
    agency = opened.agency
    said = {"name": agency.organisation.name}
    names = ("legal_representative", "contact_name", "contact_email", "phone", "address", "introduction")
    return said | {name: getattr(agency, name) for name in names}


def to_correct() -> Opened | ResponseReturnValue:
    """The application that the actor may correct, or the way to the page that says why there is none."""
    opened = opened_for(queries.agency_or_none(current_actor()))
    if opened is None or opened.filing.state not in CORRECTABLE:
        return redirect(url_for("agencies.agency"))
    return opened


def onward(step: FilingStep) -> ResponseReturnValue:
    """On to the step that follows."""
    return redirect(step_url(after(step)))


def step_url(step: str) -> str:
    """The address of a step's page."""
    return url_for(f"agencies.step_{step}")
