"""Write what happened, number it, sign the log's heads, erase private parts."""

from market.journal.actions.reconciling import Mirrored, bring_back
from market.journal.actions.recording import erase, record, record_each
from market.journal.actions.sealing import BATCH, keep_cosignature, seal

__all__ = ["BATCH", "Mirrored", "bring_back", "erase", "keep_cosignature", "record", "record_each", "seal"]
