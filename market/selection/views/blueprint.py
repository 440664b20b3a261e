"""The one blueprint of the selection's pages."""

from flask import Blueprint

selection = Blueprint("selection", __name__)
