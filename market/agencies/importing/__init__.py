"""Agencies, their papers and their marked prices as sheets: every cell is checked; nothing here asks the database."""

from market.agencies.importing.files import Part, Sheets, read_sheets

__all__ = ["Part", "Sheets", "read_sheets"]
