"""What people type about agencies and their prices: syntax only."""

from market.agencies.forms.desk import DecideForm, ReturnForm, SeenForm, SuspendForm
from market.agencies.forms.entry import (
    AttachmentForm,
    KindForm,
    LetterForm,
    PaperForm,
    PersonForm,
    PractitionerForm,
    ProfileForm,
    ServicesForm,
    StepForm,
    SubmitForm,
    mark_of_stored,
)
from market.agencies.forms.marks import MarkForm, PauseForm, Seen, mark_form
from market.agencies.forms.sheets import SheetForm

__all__ = [
    "AttachmentForm",
    "DecideForm",
    "KindForm",
    "LetterForm",
    "MarkForm",
    "PaperForm",
    "PauseForm",
    "PersonForm",
    "PractitionerForm",
    "ProfileForm",
    "ReturnForm",
    "Seen",
    "SeenForm",
    "ServicesForm",
    "SheetForm",
    "StepForm",
    "SubmitForm",
    "SuspendForm",
    "mark_form",
    "mark_of_stored",
]
