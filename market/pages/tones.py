"""Which tone a state's mark has: blue open or running, amber waits, green well ended, red badly ended, grey over."""

REQUEST_TONES = {"draft": "grey", "open": "blue", "awarded": "green", "failed": "red", "cancelled": "grey"}
GRADE_TONES = {"A": "green", "B": "blue", "C": "amber", "D": "red", "none": "grey"}
