"""The list as files: read, check every cell, and hand over plain values. Nothing here touches the database."""

from market.catalogue.importing.files import BadCell, ListData, ListFiles, read_list

__all__ = ["BadCell", "ListData", "ListFiles", "read_list"]
