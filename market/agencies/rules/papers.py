"""Papers, practitioners, authorised persons: brought by one filing, ended by another, alive by their days."""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from enum import StrEnum

from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences

MOST_ATTACHMENT_BYTES = 10 * 1024**2
MOST_ATTACHMENTS = 40


class RecordState(StrEnum):
    """Expired is no state: it follows from the days."""

    FILED = "filed"
    ON_RECORD = "on_record"
    ENDED = "ended"
    TAKEN_BACK = "taken_back"


PAPER = Lifecycle(
    "paper",
    tuple(RecordState),
    (
        Move("record", (RecordState.FILED,), RecordState.ON_RECORD),
        Move("end", (RecordState.ON_RECORD,), RecordState.ENDED),
        Move("take_back", (RecordState.FILED,), RecordState.TAKEN_BACK),
    ),
)

GRADE_RANKS: dict[str, int] = {
    **dict.fromkeys(("特级",), 0),
    **dict.fromkeys(("甲级", "一级", "甲", "一"), 1),
    **dict.fromkeys(("乙级", "二级", "乙", "二"), 2),
    **dict.fromkeys(("丙级", "三级", "丙", "三"), 3),
    **dict.fromkeys(("丁级", "四级", "丁", "四"), 4),
}
"""The order of grades, the highest first. A grade that is not here fits only where exactly it is asked."""


def covers(held: tuple[str, str, str], asked: tuple[str, str]) -> bool:
    """Whether a paper (qualification, major, grade) is what a requirement (name, level) asks for.

    A requirement may name a major in brackets; a paper for all majors (major "") does not stand for one of them.
    """
    (qualification, major, grade), (name, level) = held, asked
    named = name == qualification or (major != "" and name == f"{qualification}（{major}）")
    if not named or level in ("", grade):
        return named
    mine, wanted = GRADE_RANKS.get(grade), GRADE_RANKS.get(level)
    return mine is not None and wanted is not None and mine <= wanted


_BETWEEN_SIGNS = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")


def plain_kind(text: str) -> str:
    """The name of a kind of certificate as it is stored and compared: no space between Chinese signs."""
    return _BETWEEN_SIGNS.sub("", " ".join(unicodedata.normalize("NFKC", text).split()))


def plain_number(text: str) -> str:
    """The number of a certificate as it is stored and compared: half-width capitals, or one person would be two."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).upper()


class Slot(StrEnum):
    """What an attachment is a copy of."""

    LICENCE = "licence"
    IDENTITY = "identity"
    AUTHORITY = "authority"
    PAPER = "paper"
    PRACTITIONER = "practitioner"


class MediaType(StrEnum):
    """What an attachment may be, by its content."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


def media_type(content: bytes) -> MediaType:
    """What a file is by its content, whatever its name says; refuses attachment.empty, _too_large, _not_readable."""
    if not content:
        raise BreaksRule("attachment.empty")
    if len(content) > MOST_ATTACHMENT_BYTES:
        raise BreaksRule("attachment.too_large", megabytes=MOST_ATTACHMENT_BYTES // 1024**2)
    # A file that is a picture to one program and an archive to another is sent for the archive.
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise BreaksRule("attachment.not_readable")
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        if b"%%EOF" in content[-2048:]:
            return MediaType.PDF
    elif content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and b"IEND" in content[-16:]:
        return MediaType.PNG
    elif content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return MediaType.JPEG
    raise BreaksRule("attachment.not_readable")


_ENDINGS = {MediaType.PDF: ("pdf",), MediaType.PNG: ("png",), MediaType.JPEG: ("jpg", "jpeg")}


def check_ending(name: str, kind: MediaType) -> None:
    """Refuses attachment.other_ending: a file named as one thing that is another is mistaken by whoever opens it."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in _ENDINGS[kind]:
        raise BreaksRule("attachment.other_ending", name=name, kind=kind.name)


def digest(content: bytes) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(content).hexdigest()


def met(required: Sequence[tuple[str, str]], held: Sequence[tuple[str, str, str]]) -> list[bool]:
    """For each qualification asked for, whether one of the papers held covers it."""
    return [any(covers(paper, asked) for paper in held) for asked in required]


register_labels(
    {
        "paper.filed": N_("In an application"),
        "paper.on_record": N_("On the register"),
        "paper.ended": N_("No longer on record"),
        "paper.taken_back": N_("Taken back"),
        "slot.licence": N_("Business licence"),
        "slot.identity": N_("Identity of the legal representative"),
        "slot.authority": N_("Letter of authority"),
        "slot.paper": N_("Qualification paper"),
        "slot.practitioner": N_("Practitioner's certificate"),
        "paused.paper_expired": N_("A paper that the service asks for has expired"),
        "paused.paper_missing": N_("A paper that the service asks for is missing"),
        "paused.practitioners_missing": N_("Too few practitioners with valid certificates"),
        "paused.agency_suspended": N_("The agency is suspended"),
        "paused.agency_left": N_("The agency has left"),
        "paused.not_yet": N_("Does not count yet"),
        "paused.own_pause": N_("Paused by the agency"),
    }
)
register_sentences(
    {
        "agency_paper_interval": N_("The paper ends before it begins. Check the two dates."),
        "practitioner_interval": N_("The certificate ends before it begins. Check the two dates."),
        "paper.interval": N_("The paper ends before it begins. Check the two dates."),
        "paper.not_found": N_("There is no such paper, or it is not yours."),
        "paper.overlaps": N_(
            "A paper with this number is on record for some of these days already. Check number and dates."
        ),
        "paper.expired": N_("The paper expired on {day}. Add the renewed one."),
        "paper.unknown_qualification": N_("{name} is not in the register of qualifications. Choose one from the list."),
        "paper.unknown_grade": N_("{name} has no grade {grade}. Choose one from the list, or leave it empty."),
        "paper.not_on_record": N_("Only what is on record can be ended. Take back what was only filed."),
        "practitioner.interval": N_("The certificate ends before it begins. Check the two dates."),
        "practitioner.expired": N_("The certificate expired on {day}. Add the renewed one."),
        "practitioner.elsewhere": N_(
            "The holder of certificate {number} is on record with another agency. A practitioner serves one agency."
        ),
        "practitioner.twice": N_("Certificate {number} is in the application already."),
        "practitioner.not_found": N_("There is no such practitioner, or it is not one of yours."),
        "person.interval": N_("The authority ends before it begins. Check the two dates."),
        "person.expired": N_("The authority ended on {day}. Name somebody who may still act for you."),
        "person.not_found": N_("There is no such person, or it is not one of yours."),
        "attachment.empty": N_("The file is empty. Choose another one."),
        "attachment.too_large": N_(
            "The file is larger than {megabytes} MB. Scan it again with fewer dots, or split it."
        ),
        "attachment.not_readable": N_(
            "The content of the file is neither a whole PDF nor a PNG or JPEG picture, whatever its name says. Send one of these."
        ),
        "attachment.other_ending": N_(
            "{name} is a {kind} file by its content, and its name says something else. Save it as {kind} and send that file."
        ),
        "attachment.too_many": N_("An application has at most {most} attachments. Take one back first."),
        "attachment.twice": N_("The same file is attached already."),
        "attachment.not_found": N_("There is no such attachment, or it is not yours."),
        "serves.paper_expired": N_(
            "The agency's paper {name} expired on {day}; the service rests until it is renewed."
        ),
        "serves.paper_missing": N_("The agency has no valid paper {name} on record, which the service asks for."),
        "serves.practitioners_missing": N_(
            "The agency has too few practitioners with a valid certificate {name}, which the service asks for."
        ),
        "serves.not_now": N_("This marked price does not count at present."),
    }
)
