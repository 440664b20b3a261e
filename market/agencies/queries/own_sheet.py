"""An agency's own papers and prices as the rows of its sheet."""

from collections.abc import Sequence

from market.agencies.importing.writing import Cells, mark_cells, paper_cells
from market.agencies.models import Agency
from market.agencies.queries.agencies import living_papers
from market.agencies.queries.marked import MarkedEntry, offers_at_desk
from market.agencies.rules import mark_of
from market.base import clock
from market.catalogue.listing import line_of
from market.catalogue.queries import edition_in_force_or_none


def own_sheet(agency: Agency) -> dict[str, Sequence[Cells]]:
    """Papers on record and in an application, and every price that is not over; read back, it changes nothing.

    A fixed number of queries.
    """
    uscc = agency.organisation.uscc or ""
    edition = edition_in_force_or_none(clock.today())
    marked = [row for row in offers_at_desk(agency.id) if edition and row.edition_number == edition.number]
    return {
        "papers": [paper_cells(uscc, paper) for paper in living_papers(agency.id)],
        "offers": [cells for row in marked for cells in _cells(uscc, row)],
    }


def _cells(uscc: str, row: MarkedEntry) -> list[Cells]:
    terms = {
        "agency_code": uscc, "service": row.code, "service_name": row.name_zh, "region": row.region_code,
        "promised_days": str(row.promised_days), "capacity": str(row.capacity or ""),
        "effective_from": clock.china_date(row.effective_from).isoformat(),
        "ends_at": clock.china_date(row.ends_at).isoformat() if row.ends_at else "",
    }  # fmt: skip
    found: list[Cells] = []
    for item in row.fee_items:
        mark = mark_of([line_of(band) for band in row.bands[item.id]], item.steps_per_unit)
        found += [{**terms, "fee_item": item.name_zh, **cells} for cells in mark_cells(mark, item)]
    return found
