"""Agencies, their filings and papers, their marked prices (offers), and the standing that an evaluation gave."""

from market.agencies.models.agency import Agency, Suspension
from market.agencies.models.directory import DirectoryGrade, DirectoryRow
from market.agencies.models.filing import Attachment, CommitmentText, Filing, FilingReturn, FilingService
from market.agencies.models.offer import CarryOn, CarryOver, Offer, OfferBand, OfferPause
from market.agencies.models.records import AgencyPaper, AuthorisedPerson, Practitioner, Qualification
from market.agencies.models.standing import Standing
from market.agencies.models.telling import EndTold, RestTold
from market.agencies.models.upload import SheetUpload

__all__ = [
    "Agency",
    "AgencyPaper",
    "Attachment",
    "AuthorisedPerson",
    "CarryOn",
    "CarryOver",
    "CommitmentText",
    "DirectoryGrade",
    "DirectoryRow",
    "EndTold",
    "Filing",
    "FilingReturn",
    "FilingService",
    "Offer",
    "OfferBand",
    "OfferPause",
    "Practitioner",
    "Qualification",
    "RestTold",
    "SheetUpload",
    "Standing",
    "Suspension",
]
