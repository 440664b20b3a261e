"""The columns of an entry as an editor meets them: in groups, named in both languages as on the list's files."""

from collections.abc import Iterator, Mapping

from market.base.sheets.cells import Row
from market.base.sheets.columns import Column
from market.base.words import N_, register_labels
from market.catalogue.importing.checks import item_faults
from market.catalogue.importing.columns import ITEMS, Kind
from market.catalogue.importing.values import value

COLUMNS: Mapping[str, Column] = {one.key: one for one in ITEMS}
GIVEN_BY_THE_REGISTER = ("position", "local_code")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "entry_group.name": ("name_zh", "name_en", "category_zh", "category_en", "code", "standard_code"),
    "entry_group.act": (
        *("act_type", "act_name_zh", "act_name_en", "authority_zh", "authority_en", "industry_authority_zh"),
        *("industry_authority_en", "more_acts", "setup_level", "regions", "legal_basis_zh"),
    ),
    "entry_group.service": (
        *("service_content_zh", "service_output_zh", "time_limit_workdays", "time_limit_calendar_days"),
        *("self_service_allowed", "commissioned_by", "merged_group_zh", "zones"),
    ),
    "entry_group.agency": (
        *("agency_qualification_zh", "qualification_mode", "qualifications", "practitioners", "filing"),
        "commitment_only",
    ),
    "entry_group.price": ("pricing", "payer", "unit_zh", "price_basis_zh", "price_rule"),
    "entry_group.desk": ("remarks", "confidence", "source"),
}
LABELS_OF = {
    "act_type": "act",
    "pricing": "pricing",
    "payer": "payer",
    "self_service_allowed": "self_service",
    "commissioned_by": "commissioned_by",
    "qualification_mode": "requirement_mode",
    "commitment_only": "entry_answer",
    "setup_level": "setup_level",
    "confidence": "confidence",
}
"""Where the labels of a closed column's values are registered."""
SEVERAL = (Kind.ACTS, Kind.REGIONS, Kind.ZONES, Kind.QUALIFICATIONS, Kind.PRACTITIONERS)
"""Columns that hold several values: one a line in the form, divided by ； in the files."""
PROSE = (
    *("legal_basis_zh", "service_content_zh", "service_output_zh", "agency_qualification_zh", "price_basis_zh"),
    *("price_rule", "filing", "remarks", "source"),
)
ENGLISH = {
    "name_zh": "Name of the service", "name_en": "Name in English", "category_zh": "Category",
    "category_en": "Category in English", "code": "Published code", "standard_code": "Standard code",
    "act_type": "Kind of act", "act_name_zh": "Act it is needed for", "act_name_en": "Act in English",
    "authority_zh": "Approving authority", "authority_en": "Approving authority in English",
    "industry_authority_zh": "Industry authority", "industry_authority_en": "Industry authority in English",
    "more_acts": "Further acts served", "setup_level": "Set up by", "regions": "Regions where it is valid",
    "legal_basis_zh": "Legal basis", "service_content_zh": "What is done", "service_output_zh": "What is delivered",
    "time_limit_workdays": "Time limit in working days", "time_limit_calendar_days": "Time limit in calendar days",
    "self_service_allowed": "May the applicant write it", "commissioned_by": "Who commissions it",
    "merged_group_zh": "Merged group", "zones": "Zones with a regional assessment",
    "agency_qualification_zh": "Asked of the agency", "qualification_mode": "Any or all qualifications",
    "qualifications": "Qualifications", "practitioners": "Practitioners", "filing": "Filing",
    "commitment_only": "A commitment is enough", "pricing": "Price management mode", "payer": "Who pays",
    "unit_zh": "Unit of the price", "price_basis_zh": "Price basis", "price_rule": "Price as published",
    "remarks": "Remarks", "confidence": "Confidence", "source": "Source",
}  # fmt: skip
"""What the official Chinese headings say in English."""

register_labels(
    {
        "entry_group.name": N_("Name and codes"),
        "entry_group.act": N_("Acts, authorities and legal basis"),
        "entry_group.service": N_("The service"),
        "entry_group.agency": N_("What is asked of the agency"),
        "entry_group.price": N_("Price management"),
        "entry_group.desk": N_("For the desk"),
        "entry_answer.yes": N_("Yes"),
        "entry_answer.no": N_("No"),
    }
)


def checked(typed: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The row that an import would read out of these cells, and the columns with the codes of what is wrong."""
    cells: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for column in ITEMS:
        cells[column.key], code = value(column, typed.get(column.key, ""))
        if code:
            wrong.append((column.key, code))
    return cells, wrong or list(_together(cells))


def _together(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from item_faults(Row(0, cells))
