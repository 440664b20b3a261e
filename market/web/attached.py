"""A file that an answer carries, to be saved under its own name."""

from urllib.parse import quote

from flask import Response

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def attached(name: str, content: bytes, kind: str) -> Response:
    """A file to be saved under `name`, whatever letters it is written in."""
    # RFC 6266: plain letters for old programs, the whole name in the form of RFC 5987 for the others.
    plain = (
        "".join(one for one in name if one.isascii() and (one.isalnum() or one in "-_.")).lstrip("-.") or f"list.{kind}"
    )
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        headers={"Content-Disposition": told},
        content_type=_TYPES.get(kind, "application/octet-stream"),
    )
