"""The list as files to take away: plain rows in, bytes out. What is written here, `importing` reads back unchanged."""

from market.catalogue.exporting.carrying import read_beside
from market.catalogue.exporting.data import ITEM_KEYS, ListExport
from market.catalogue.exporting.template import template
from market.catalogue.exporting.texts import csv, json, part
from market.catalogue.exporting.workbooks import xlsx

__all__ = ["ITEM_KEYS", "ListExport", "csv", "json", "part", "read_beside", "template", "xlsx"]
