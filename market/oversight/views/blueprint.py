"""The blueprint of oversight."""

from flask import Blueprint

oversight_desk = Blueprint("oversight", __name__)
# The tone of an outcome: green well ended, blue runs on elsewhere, grey over.
TONES = {"upheld": "green", "not_upheld": "grey", "passed_on": "blue", "not_about_the_list": "grey"}
