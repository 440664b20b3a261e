"""The yearly evaluation: a year's table, and one agency's sheet with every row that its grade was computed from."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from market.evaluation import queries
from market.pages.tones import GRADE_TONES
from market.pages.views.blueprint import pages
from market.ratings.rules import Factor
from market.web.access import public
from market.web.paging import page_of, wanted

SIZE = 50


@pages.get("/evaluation")
@public
def evaluation() -> ResponseReturnValue:
    """The newest published year."""
    years = queries.published_years()
    if not years:
        return render_template("pages/evaluation.html", round_=None, years=years)
    return _year(years[0], years)


@pages.get("/evaluation/<int:year>")
@public
def evaluation_year(year: int) -> ResponseReturnValue:
    """The table of a year."""
    return _year(year, queries.published_years())


def _year(year: int, years: list[int]) -> ResponseReturnValue:
    round_ = queries.published_round(year)
    rows = queries.table_of(round_)
    grade = request.args.get("grade", "")
    shown = [row for row in rows if row.grade == grade] if grade in GRADE_TONES else rows
    counts = {one: sum(row.grade == one for row in rows) for one in GRADE_TONES}
    page = page_of(len(shown), wanted(request.args), lambda limit, offset: shown[offset : offset + limit], size=SIZE)
    return render_template(
        "pages/evaluation.html",
        round_=round_,
        rules=queries.rules_of(round_.scheme),
        years=years,
        page=page,
        total=len(rows),
        grade=grade,
        counts=counts,
        tones=GRADE_TONES,
        factors=list(Factor),
    )


@pages.get("/evaluation/<int:year>/<ref>")
@public
def evaluation_sheet(year: int, ref: str) -> ResponseReturnValue:
    """An agency's sheet: weights, ratings, points, and the sum that anybody can do again by hand."""
    round_ = queries.published_round(year)
    return render_template(
        "pages/evaluation_sheet.html",
        round_=round_,
        rules=queries.rules_of(round_.scheme),
        sheet=queries.sheet_of(round_, ref),
        tones=GRADE_TONES,
        factors=list(Factor),
    )
