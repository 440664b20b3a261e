"""Write what happened, number it, sign the log's heads, erase private parts."""

from market.journal.actions.recording import erase, record
from market.journal.actions.sealing import seal

__all__ = ["erase", "record", "seal"]
