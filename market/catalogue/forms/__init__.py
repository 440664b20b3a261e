"""What people type at the list's desk."""

from market.catalogue.forms.editions import PublishForm
from market.catalogue.forms.entries import EntryForm, typed_entry
from market.catalogue.forms.price_document import Source, Typed, read_document, schedule_document, typed_from
from market.catalogue.forms.price_kinds import ALL_CELLS, CELLS, PriceKind, cell_label
from market.catalogue.forms.price_problems import Problem, Understood, understand
from market.catalogue.forms.prices import PriceForm

__all__ = [
    "ALL_CELLS",
    "CELLS",
    "EntryForm",
    "PriceForm",
    "PriceKind",
    "Problem",
    "PublishForm",
    "Source",
    "Typed",
    "Understood",
    "cell_label",
    "read_document",
    "schedule_document",
    "typed_entry",
    "typed_from",
    "understand",
]
