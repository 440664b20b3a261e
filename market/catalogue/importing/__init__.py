"""The list as files: read, check every cell, and hand over plain values. Nothing here touches the database."""

from market.catalogue.importing.cells import BadCell, Row
from market.catalogue.importing.files import ListData, ListFiles, read_list
from market.catalogue.importing.uploads import Upload

__all__ = ["BadCell", "ListData", "ListFiles", "Row", "Upload", "read_list"]
