"""Pages of agencies: the registration desk, marked prices, and the admission desk."""

from market.agencies.views import admission, offers, records, registration, steps
from market.agencies.views.blueprint import agencies

__all__ = ["admission", "agencies", "offers", "records", "registration", "steps"]
