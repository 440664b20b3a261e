"""The register of legal bases: which law demands what, and what became of the law."""

from flask import render_template
from flask.typing import ResponseReturnValue

from market.base import clock
from market.catalogue.queries import bases as queries
from market.pages.cards import in_words
from market.pages.views.blueprint import in_force_or_none, pages
from market.web.access import public


@pages.get("/bases")
@public
def bases() -> ResponseReturnValue:
    """Every law and document that the list in force cites, those no longer in force first."""
    here = in_force_or_none()
    today = clock.today()
    rows = [row for row in queries.register(here.id if here else None) if row.entries or not row.living(today)]
    rows.sort(key=lambda row: row.living(today))
    return render_template("pages/bases.html", rows=rows, today=today)


@pages.get("/bases/<int:basis_id>")
@public
def basis(basis_id: int) -> ResponseReturnValue:
    """One law: its articles, its history, and the services of the list in force that rest on it."""
    found = queries.basis_of(basis_id)
    here = in_force_or_none()
    rows = queries.entries_citing(basis_id, here.id) if here else []
    changes = queries.changes_of(basis_id)
    return render_template(
        "pages/basis.html",
        basis=found,
        changes=changes,
        successors=queries.titles({one.superseded_by for one in changes}),
        entries=[(row.code, in_words(row.name_zh, row.name_en), row.number) for row in rows],
        today=clock.today(),
    )
