"""The list's own law: what an edition goes through, how a price is regulated, who pays."""

from market.catalogue.rules.editions import EDITION, Confidence, EditionState
from market.catalogue.rules.entries import (
    ActKind,
    Handling,
    RegionLevel,
    RequirementKind,
    RequirementMode,
    SelfService,
    SetupLevel,
)
from market.catalogue.rules.imports import LIST_IMPORT, FileRole, ImportState
from market.catalogue.rules.prices import Payer, PriceState, Pricing, ScheduleRole

__all__ = [
    "ActKind",
    "Confidence",
    "EDITION",
    "EditionState",
    "FileRole",
    "Handling",
    "ImportState",
    "LIST_IMPORT",
    "Payer",
    "PriceState",
    "Pricing",
    "RegionLevel",
    "RequirementKind",
    "RequirementMode",
    "ScheduleRole",
    "SelfService",
    "SetupLevel",
]
