"""What the clock does to the search index."""

from market.search.index import Index
from market.search.indexer import drain


def bring_up_to_date(index: Index) -> int:
    """Take every waiting row to the index; how many they were. Safe to run twice and at any time."""
    taken = 0
    while rows := drain(index):
        taken += rows
    return taken
