"""Documents as PDF, set by typst from data alone: nothing that somebody typed is ever markup.

The same data make the same bytes: the document's date is the data's, and no font but the one found is used.
"""

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from market.base.errors import BadState
from market.base.words import N_, register_sentences

_HERE = Path(__file__).parent
# In the order of preference: file and the name by which typst knows the family.
_FAMILIES = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("NotoSansCJKsc-Regular.otf", "Noto Sans CJK SC"),
    ("NotoSansSC-Regular.otf", "Noto Sans SC"),
    ("NotoSansSC-Regular.ttf", "Noto Sans SC"),
    ("SourceHanSansSC-Regular.otf", "Source Han Sans SC"),
)


@lru_cache(maxsize=8)
def chinese_font(folders: str) -> tuple[Path, str] | None:
    """The folder and family of a Chinese font below `folders` (separated as in PATH); None where there is none.

    What was found is kept: a font that is installed later counts from the next start.
    """
    for folder in folders.split(os.pathsep):
        found = {path.name: path for path in sorted(Path(folder).rglob("*.[ot]t[cf]"))} if folder else {}
        for name, family in _FAMILIES:
            if name in found:
                return found[name].parent, family
    return None


def document(template: str, data: Mapping[str, Any], folders: str) -> bytes:
    """The PDF of a template of this folder with `data` (plain JSON values).

    Refuses BadState("pdf.no_font") on a machine without a Chinese font.
    """
    font = chinese_font(folders)
    if font is None:
        raise BadState("pdf.no_font")
    inputs = {"data": json.dumps({**data, "font": font[1]}, ensure_ascii=False, sort_keys=True)}
    made = import_module("typst").compile(  # large: a worker that sets no document does without it
        _HERE / f"{template}.typ",
        root=_HERE,
        font_paths=[font[0]],
        ignore_system_fonts=True,
        sys_inputs=inputs,
    )
    if not isinstance(made, bytes):
        raise TypeError(f"typst made {type(made)} of {template}")
    return made


register_sentences(
    {
        "pdf.no_font": N_(
            "This server has no Chinese font, so it cannot make the PDF. Print the page instead, or tell the operator to"
            " install fonts-noto-cjk."
        )
    }
)
