"""Write what happened, number it, sign the log's heads, erase private parts."""

from market.journal.actions.recording import erase, record
from market.journal.actions.sealing import keep_cosignature, seal

__all__ = ["erase", "keep_cosignature", "record", "seal"]
