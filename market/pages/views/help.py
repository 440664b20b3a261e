"""Help: an overview by who reads it, each guide in the reader's language, and its pictures."""

from flask import Response, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from market.base.errors import NotFound
from market.pages.help.guides import GUIDES, PICTURES, REFERENCE, USERS, half_of
from market.pages.help.rendering import shown
from market.pages.views.blueprint import pages
from market.web.access import public
from market.web.locale import current


@pages.get("/help")
@public
def help_overview() -> ResponseReturnValue:
    """For whom there is help, and what stands in it."""
    language = reading()
    first = {guide.key: half_of(guide.key, language).sections[1:] for guide in USERS}
    return render_template("pages/help_overview.html", users=USERS, reference=REFERENCE, sections=first)


@pages.get("/help/<key>")
@public
def guide(key: str) -> ResponseReturnValue:
    """One guide; a name that no guide has is not found."""
    if key not in GUIDES:
        raise NotFound("help.not_found")
    language = reading()
    return render_template(
        "pages/guide.html",
        guide=GUIDES[key],
        title=half_of(key, language).title,
        sections=shown(key, language),
        users=USERS,
        wide=GUIDES[key] in REFERENCE,
    )


@pages.get("/help/pictures/<name>")
@public
def help_picture(name: str) -> Response:
    """A picture of a guide."""
    return send_from_directory(PICTURES, name, max_age=3600)


def reading() -> str:
    """The language of the reader: "zh" or "en"."""
    return "en" if current() == "en" else "zh"
