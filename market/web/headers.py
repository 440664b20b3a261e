"""Security headers on every answer. The policy allows this site's own files and nothing written into a page."""

from flask import Flask, Response, current_app, request, session

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
TWO_YEARS = 2 * 365 * 24 * 3600
STATIC_FOR = 3600


def _protect(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if current_app.config["HSTS"]:
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    if request.endpoint == "static":
        return response
    response.vary.add("Cookie")
    if "_user_id" in session:
        # The next person at this computer must not find the page by going back. The cookie is asked, not the database,
        # which may be what this answer says is gone.
        response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Protect every answer."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_FOR
    app.after_request(_protect)
