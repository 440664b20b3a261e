"""What an edition says beside its entries as one file: taken away from any edition, handed in for a draft."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from market.base.errors import Refusal
from market.base.permissions import Permission
from market.catalogue import queries
from market.catalogue.actions.bundle_files import set_from_file
from market.catalogue.actions.drafts import require_draft
from market.catalogue.forms.bundles import BundlesFileForm
from market.catalogue.importing.bundles import read_bundles
from market.catalogue.models import Edition
from market.catalogue.queries.bundle_file import bundles_file
from market.catalogue.views.blueprint import catalogue
from market.store.transaction import transaction
from market.web.access import current_actor, needs
from market.web.attached import attached


@catalogue.route("/<int:number>/bundles.json")
@needs(Permission.CATALOGUE_EDITION_READ)
def export_bundles(number: int) -> Response:
    """The bundles, marks, questions and rules of an edition in any state."""
    return attached(f"bundles-{number}.json", bundles_file(queries.edition_numbered(number)), "json")


@catalogue.route("/<int:number>/bundles-file", methods=["GET", "POST"])
@needs(Permission.CATALOGUE_EDITION_DRAFT)
def import_bundles(number: int) -> ResponseReturnValue:
    """Put a file in the place of what a draft says beside its entries."""
    edition = queries.edition_numbered(number)
    require_draft(edition)
    form = BundlesFileForm()
    if form.validate_on_submit():
        try:
            document = read_bundles(form.upload())
            with transaction(select(Edition).where(Edition.number == number)) as now:
                set_from_file(queries.edition_numbered(number), document, actor=current_actor(), now=now)
        except Refusal as refusal:
            form.refuse(refusal)
            edition = queries.edition_numbered(number)
        else:
            flash(_("The draft is changed."), "success")
            return redirect(url_for("catalogue.bundles", number=number))
    return form.page("catalogue/bundles_file.html", edition=edition)
