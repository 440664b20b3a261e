"""Enter the regions and zones of a site; what is there keeps its code, only its names may change."""

import csv
import re

from sqlalchemy import select

from market.base.errors import BreaksRule
from market.base.money import shown
from market.base.sheets.uploads import decoded
from market.catalogue.importing import Upload
from market.catalogue.models import Region, Zone
from market.catalogue.rules import RegionLevel
from market.store.db import db

REGION_COLUMNS = ("code", "level", "parent_code", "name_zh", "name_en")
ZONE_COLUMNS = ("code", "region_code", "name_zh", "name_en")
_DIVISION = re.compile(r"[1-9][0-9]{5}")
_ZONE = re.compile(r"[A-Za-z0-9-]{1,40}")


def enter_regions(upload: Upload) -> int:
    """Enter or rename divisions, parents before their parts; how many rows. Refuses `place.bad_row` by line."""
    rows = _rows(upload, REGION_COLUMNS)
    known = {region.code: region for region in db.session.scalars(select(Region))}
    for line, row in rows:
        sound = _DIVISION.fullmatch(row["code"]) and row["level"] in set(RegionLevel) and row["name_zh"]
        if not sound or (row["parent_code"] and row["parent_code"] not in known):
            raise BreaksRule("place.bad_row", line=line, given=shown(",".join(row.values())))
        if row["code"] not in known:
            known[row["code"]] = Region(**{**row, "parent_code": row["parent_code"] or None})
            db.session.add(known[row["code"]])
            db.session.flush()
        known[row["code"]].name_zh, known[row["code"]].name_en = row["name_zh"], row["name_en"]
    return len(rows)


def enter_zones(upload: Upload) -> int:
    """Enter or rename zones of known regions; how many rows. Refuses `place.bad_row` by line."""
    rows = _rows(upload, ZONE_COLUMNS)
    regions = set(db.session.scalars(select(Region.code)))
    known = {zone.code: zone for zone in db.session.scalars(select(Zone))}
    for line, row in rows:
        if not _ZONE.fullmatch(row["code"]) or row["region_code"] not in regions or not row["name_zh"]:
            raise BreaksRule("place.bad_row", line=line, given=shown(",".join(row.values())))
        if row["code"] not in known:
            known[row["code"]] = Zone(**row)
            db.session.add(known[row["code"]])
        known[row["code"]].name_zh, known[row["code"]].name_en = row["name_zh"], row["name_en"]
    return len(rows)


def _rows(upload: Upload, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    text, _encoding = decoded(upload)
    reader = csv.DictReader(text.splitlines())
    if not set(columns) <= set(reader.fieldnames or ()):
        raise BreaksRule("import.columns_missing", path=upload.shown, columns=", ".join(columns))
    return [(line, {name: (row[name] or "").strip()[:200] for name in columns}) for line, row in enumerate(reader, 2)]
