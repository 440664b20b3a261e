"""THE LIST as tables: editions and entries, price rules as bands, and the key that binds every later row to them."""

from market.catalogue.models.basis import EntryArticle, LegalArticle, LegalBasis, LegalBasisChange
from market.catalogue.models.belongings import EntryAct, EntryRegion, EntryRequirement, EntryZone, Region, Zone
from market.catalogue.models.bundles import Applicability, Bundle, BundleAct, BundleOrder, EditionAct, Question
from market.catalogue.models.edition import Act, CleanUp, Edition, Entry, Service, not_in_force
from market.catalogue.models.price import Band, Coefficient, CoefficientSet, FeeItem, PriceSchedule
from market.catalogue.models.priced import BAND_KEY, Priced, priced_table
from market.catalogue.models.upload import ListImport, ListImportFile

__all__ = [
    "BAND_KEY",
    "Act",
    "Applicability",
    "Band",
    "Bundle",
    "BundleAct",
    "BundleOrder",
    "CleanUp",
    "Coefficient",
    "CoefficientSet",
    "Edition",
    "EditionAct",
    "Entry",
    "EntryAct",
    "EntryArticle",
    "EntryRegion",
    "EntryRequirement",
    "EntryZone",
    "FeeItem",
    "LegalArticle",
    "LegalBasis",
    "LegalBasisChange",
    "ListImport",
    "ListImportFile",
    "PriceSchedule",
    "Priced",
    "Question",
    "Region",
    "Service",
    "Zone",
    "not_in_force",
    "priced_table",
]
