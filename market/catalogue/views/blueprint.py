"""The list's desk."""

from flask import Blueprint

catalogue = Blueprint("catalogue", __name__, url_prefix="/desk/editions")
