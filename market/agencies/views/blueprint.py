"""The one blueprint of the agencies' pages."""

from flask import Blueprint

agencies = Blueprint("agencies", __name__)
