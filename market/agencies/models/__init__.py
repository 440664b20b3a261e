"""Agencies, their papers, their marked prices (offers), and the standing a published evaluation gave them."""

from market.agencies.models.agency import Agency, AgencyPaper
from market.agencies.models.offer import CarryOver, Offer, OfferBand, OfferPause
from market.agencies.models.standing import Standing

__all__ = ["Agency", "AgencyPaper", "CarryOver", "Offer", "OfferBand", "OfferPause", "Standing"]
