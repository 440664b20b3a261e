"""What an import of the list goes through, and what its files are."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class ImportState(StrEnum):
    """Refused means bad cells, failed means one refusal of the whole."""

    WAITING = "waiting"
    CHECKING = "checking"
    REFUSED = "refused"
    DRAFTED = "drafted"
    FAILED = "failed"


class FileRole(StrEnum):
    """What a file of an import is."""

    ITEMS = "items"
    SCHEDULES = "schedules"
    LINKS = "links"
    CLEANED_UP = "cleaned_up"


LIST_IMPORT = Lifecycle(
    "list_import",
    tuple(ImportState),
    (
        Move("check", (ImportState.WAITING,), ImportState.CHECKING),
        Move("again", (ImportState.CHECKING,), ImportState.WAITING),
        Move("refuse", (ImportState.CHECKING,), ImportState.REFUSED),
        Move("draft", (ImportState.CHECKING,), ImportState.DRAFTED),
        Move("fail", (ImportState.CHECKING,), ImportState.FAILED),
    ),
)


register_labels(
    {
        "list_import.waiting": N_("Waiting"),
        "list_import.checking": N_("Being checked"),
        "list_import.refused": N_("Bad cells"),
        "list_import.drafted": N_("Draft made"),
        "list_import.failed": N_("Not imported"),
        "file_role.items": N_("Items"),
        "file_role.schedules": N_("Price schedules"),
        "file_role.links": N_("Links"),
        "file_role.cleaned_up": N_("Clean-up decisions"),
    }
)

register_sentences(
    {
        "list_import.not_found": N_("There is no such import. Hand the files in again."),
    }
)
