"""What a sheet that was handed in goes through: checked at once, looked at, and written once."""

from enum import StrEnum

from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences


class UploadPurpose(StrEnum):
    """Whose sheet it is: an agency's own papers and prices, or the desk's with new agencies."""

    OWN = "own"
    ENTRY = "entry"


class UploadState(StrEnum):
    """Ready: without a bad cell, waiting for somebody to confirm what was shown."""

    HANDED_IN = "handed_in"
    REFUSED = "refused"
    READY = "ready"
    WRITTEN = "written"


SHEET_UPLOAD = Lifecycle(
    "sheet_upload",
    tuple(UploadState),
    (
        Move("refuse", (UploadState.HANDED_IN, UploadState.READY), UploadState.REFUSED),
        Move("show", (UploadState.HANDED_IN,), UploadState.READY),
        Move("write", (UploadState.READY,), UploadState.WRITTEN),
    ),
)

register_labels(
    {
        "sheet_upload.handed_in": N_("Handed in"),
        "sheet_upload.refused": N_("Bad cells"),
        "sheet_upload.ready": N_("To be confirmed"),
        "sheet_upload.written": N_("Written"),
    }
)
register_sentences(
    {
        "sheet_upload.not_found": N_("There is no such sheet, or it is not yours. Hand it in again."),
        "sheet_upload.written_already": N_("This sheet is written already; it is written once. Nothing was done."),
        "sheet_upload.refused_already": N_("This sheet has bad cells. Mend the marked copy and hand it in again."),
        "sheet_upload.too_many": N_(
            "A sheet on a page brings at most {most} agencies. Split it, or use the command line."
        ),
        "sheet_upload.nothing": N_("The sheet changes nothing: everything in it stands already."),
    }
)
