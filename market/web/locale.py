"""The reader's language and text size: chosen by a link, kept in a cookie, Simplified Chinese until somebody chooses.

Accept-Language is not asked: browsers in Chinese offices often say English.
"""

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale

DEFAULT = "zh_Hans_CN"
LOCALES = {"zh": DEFAULT, "en": "en"}
A_YEAR = 365 * 24 * 3600

babel = Babel()


def chosen() -> str:
    """The locale of the running request; the default outside of one."""
    if not has_request_context():
        return DEFAULT
    return LOCALES.get(request.args.get("lang", ""), LOCALES.get(request.cookies.get("lang", ""), DEFAULT))


def current() -> str:
    """The name of the locale in use: `zh_Hans_CN` or `en`."""
    return str(get_locale() or DEFAULT)


def _keep(response: Response) -> Response:
    for name, allowed in (("lang", tuple(LOCALES)), ("large", ("0", "1"))):
        wanted = request.args.get(name, "")
        if wanted in allowed and request.cookies.get(name) != wanted:
            response.set_cookie(name, wanted, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    return response


def init_app(app: Flask) -> None:
    """Choose the locale of each request and keep the choice."""
    babel.init_app(app, locale_selector=chosen, default_translation_directories="translations")
    app.after_request(_keep)
