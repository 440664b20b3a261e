"""The list as files: read, check every cell, and hand over plain values. Nothing here touches the database."""

from market.base.sheets.cells import BadCell, Row
from market.base.sheets.uploads import Upload
from market.catalogue.importing.files import ListData, ListFiles, read_list

__all__ = ["BadCell", "ListData", "ListFiles", "Row", "Upload", "read_list"]
