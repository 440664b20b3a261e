"""Which tone a state's mark has: blue open or running, amber waits, green well ended, red badly ended, grey over."""

from market.base.words import N_, register_labels

REQUEST_TONES = {"draft": "grey", "open": "blue", "awarded": "green", "failed": "red", "cancelled": "grey"}
GRADE_TONES = {"A": "green", "B": "blue", "C": "amber", "D": "red", "none": "grey"}

# What the journal calls an act on a request, in words for everybody.
register_labels(
    {
        "deed.request.draft": N_("Draft written"),
        "deed.request.edit": N_("Draft changed"),
        "deed.request.publish": N_("Request published"),
        "deed.request.cancel": N_("Request cancelled"),
        "deed.request.award": N_("Agency selected, with the reasons"),
        "deed.request.fail": N_("Selection ended without an agency"),
    }
)
