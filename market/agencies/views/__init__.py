"""Pages of agencies: the registration desk, marked prices, and the admission desk."""

from market.agencies.views import admission, marking, offers, records, registration, sheets, steps
from market.agencies.views.blueprint import agencies

__all__ = ["admission", "agencies", "marking", "offers", "records", "registration", "sheets", "steps"]
