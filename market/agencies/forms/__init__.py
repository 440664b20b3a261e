"""What people type about agencies and their prices: syntax only."""

from market.agencies.forms.entry import (
    DecideForm,
    PaperForm,
    ProfileForm,
    ReturnForm,
    SeenForm,
    SubmitForm,
    SuspendForm,
)
from market.agencies.forms.marks import MarkForm, PauseForm, Seen, mark_form

__all__ = [
    "DecideForm",
    "MarkForm",
    "PaperForm",
    "PauseForm",
    "ProfileForm",
    "ReturnForm",
    "Seen",
    "SeenForm",
    "SubmitForm",
    "SuspendForm",
    "mark_form",
]
