"""What an editor types about bundles, acts, questions and rules: several things stand one a line. Syntax only."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import Field, Form, HiddenField, SelectField
from wtforms.validators import Regexp, StopValidation

from market.catalogue.actions.bundle_edits import GivenBundle, GivenRules
from market.catalogue.importing import Upload
from market.catalogue.importing.bundles import CODE
from market.catalogue.models import Applicability, Question
from market.catalogue.needs import QuestionKind
from market.web.forms import HouseForm, LineField, ProseField, TickField, WholeField, at_most, between, needed
from market.web.labels import labels

_VALUE = re.compile(r"[^\s&]{1,40}")
_LONG = 20_000


def _code() -> list[Any]:
    return [
        needed(),
        Regexp(CODE.pattern + "$", message=_l("Use small letters, digits and _, at most 40, and not the word new.")),
    ]


def lines_of(text: str | None) -> list[str]:
    """The lines that hold something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _parted(line: str, marks: str) -> list[str]:
    return [part.strip() for part in re.split(marks, line)]


def _unread(line: str) -> str:
    return gettext("This line is not written as asked: %(line)s", line=line[:80])


def _each(marks: str, parts: int) -> Any:
    """A validator: every line has so many parts between the marks."""

    def check(_form: Form, field: Field) -> None:
        for line in lines_of(field.data):
            found = _parted(line, marks)
            if len(found) != parts or not all(found) or any(len(part) > 300 for part in found):
                raise StopValidation(_unread(line))

    return check


def _values(_form: Form, field: Field) -> None:
    """A validator: every option's value can stand in a condition."""
    for line in lines_of(field.data):
        if not _VALUE.fullmatch(_parted(line, r"[|｜]")[0]):
            raise StopValidation(_unread(line))


class DraftForm(HouseForm):
    """A form about something of a draft, which may have changed since the page was read."""

    row_version = HiddenField()

    @property
    def version(self) -> int:
        """The draft's version that the page was made from."""
        typed = self.row_version.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class BundleForm(DraftForm):
    """A bundle with its acts and their order."""

    REFUSED: ClassVar[dict[str, str]] = {
        "bundle.code_taken": "code",
        "bundle.order_outside": "orders",
        "bundle.order_circular": "orders",
        "bundle.order_twice": "orders",
        "bundle": "acts",
    }
    code = LineField(_l("Code"), validators=_code())
    name_zh = LineField(_l("Name (Chinese)"), validators=[needed(), at_most(100)])
    name_en = LineField(_l("Name (English)"), validators=[needed(), at_most(200)])
    summary_zh = LineField(_l("In one line (Chinese)"), validators=[at_most(200)])
    summary_en = LineField(_l("In one line (English)"), validators=[at_most(300)])
    acts = ProseField(_l("Acts in order, one a line"), validators=[needed(), at_most(_LONG)], render_kw={"rows": 10})
    orders = ProseField(
        _l("What must come before what, one a line: earlier → later | law that says so"),
        validators=[at_most(_LONG), _each(r"→|->|[|｜]", 3)],
        render_kw={"rows": 6},
    )

    def given(self) -> GivenBundle:
        """What was typed, as the action takes it."""
        columns = {name: self[name].data or "" for name in ("name_zh", "name_en", "summary_zh", "summary_en")}
        orders = [_parted(line, r"→|->|[|｜]") for line in lines_of(self.orders.data)]
        told = [(one[0], one[1], one[2]) for one in orders]
        return GivenBundle(self.code.data or "", columns, lines_of(self.acts.data), told, self.version)


class BundlesFileForm(HouseForm):
    """A file of bundles, marks, questions and rules."""

    REFUSED: ClassVar[dict[str, str]] = dict.fromkeys(
        ("act", "bundle", "bundles_file", "import", "question", "rule"), "file"
    )
    file = FileField(_l("File (bundles.json)"), validators=[FileRequired(_l("Choose the file."))])

    def upload(self) -> Upload:
        """The file that was chosen."""
        chosen = self.file.data
        name = (chosen.filename or "").replace("\\", "/").rpartition("/")[2][:200]
        return Upload(name, chosen.read())


class ActForm(DraftForm):
    """The marks of an act."""

    REFUSED: ClassVar[dict[str, str]] = {"act": "rests_on"}
    promised_days = WholeField(_l("Promised working days"), validators=[])
    tolerates_missing = TickField(_l("Missing papers tolerated (容缺受理)"))
    by_commitment = TickField(_l("By commitment (告知承诺)"))
    in_parallel = TickField(_l("In parallel (并联审批)"))
    rests_on = LineField(_l("Rests on"), validators=[at_most(300)])

    def validate_promised_days(self, field: Field) -> None:
        """Empty, or 1 to 1000."""
        if field.data is not None:
            between(1, 1000)(self, field)

    def given(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        names = ("promised_days", "tolerates_missing", "by_commitment", "in_parallel", "rests_on")
        return {name: self[name].data for name in names}


class QuestionForm(DraftForm):
    """A question that decides."""

    REFUSED: ClassVar[dict[str, str]] = {"question.code_taken": "code", "question": "options"}
    code = LineField(_l("Code"), validators=_code())
    kind = SelectField(_l("Kind of answer"))
    unit = LineField(_l("Unit of a number"), validators=[at_most(20)])
    text_zh = LineField(_l("Question (Chinese)"), validators=[needed(), at_most(200)])
    text_en = LineField(_l("Question (English)"), validators=[needed(), at_most(300)])
    options = ProseField(
        _l("Options of a choice, one a line: value | Chinese | English"),
        validators=[at_most(_LONG), _each(r"[|｜]", 3), _values],
        render_kw={"rows": 5},
    )
    rests_on = ProseField(_l("Rests on"), validators=[needed(), at_most(1000)], render_kw={"rows": 2})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        words = labels()
        self.kind.choices = [(kind.value, words[f"question_kind.{kind}"]) for kind in QuestionKind]

    def given(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        names = ("code", "kind", "unit", "text_zh", "text_en", "rests_on")
        parts = [_parted(line, r"[|｜]") for line in lines_of(self.options.data)]
        options = [{"value": value, "zh": zh, "en": en} for value, zh, en in parts]
        return {name: self[name].data or "" for name in names} | {"options": options}


class RulesForm(DraftForm):
    """When a service is needed: one alternative a line, conditions of one alternative joined by &."""

    REFUSED: ClassVar[dict[str, str]] = {"rule": "conditions"}
    conditions = ProseField(
        _l("Needed when, one alternative a line: question at_least 5 & other is yes. Empty: always"),
        validators=[at_most(_LONG)],
        render_kw={"rows": 5},
    )
    reason_zh = LineField(_l("Said to whoever does not need it (Chinese)"), validators=[at_most(200)])
    reason_en = LineField(_l("Said to whoever does not need it (English)"), validators=[at_most(300)])
    rests_on = ProseField(_l("Rests on"), validators=[at_most(1000)], render_kw={"rows": 2})
    judged = TickField(_l("Our judgement: no text says it in these words"))

    def validate_conditions(self, field: Field) -> None:
        """Every condition has three words, and rules have a reason and a ground."""
        for line in lines_of(field.data):
            for condition in line.split("&"):
                if len(condition.split()) != 3 or any(len(word) > 60 for word in condition.split()):
                    raise StopValidation(_unread(line))

    def validate_rests_on(self, field: Field) -> None:
        """A rule rests on something."""
        if lines_of(self.conditions.data) and not field.data:
            raise StopValidation(gettext("Fill this in."))

    def validate_reason_zh(self, field: Field) -> None:
        """A rule has a reason in words."""
        self.validate_rests_on(field)

    def given(self) -> GivenRules:
        """What was typed, as the action takes it."""
        alternatives = []
        for line in lines_of(self.conditions.data):
            parts = [condition.split() for condition in line.split("&")]
            alternatives.append(list(dict.fromkeys((one[0], one[1], one[2]) for one in parts)))
        names = ("reason_zh", "reason_en", "rests_on", "judged")
        return GivenRules(alternatives, {name: self[name].data for name in names}, self.version)


def typed_options(question: Question) -> str:
    """The options of a question as the form shows them."""
    return "\n".join(f"{one['value']} | {one['zh']} | {one['en']}" for one in question.options)


def typed_conditions(rules: Sequence[Applicability]) -> str:
    """The rules of one service as the form shows them."""
    told: dict[int, list[str]] = {}
    for rule in rules:
        told.setdefault(rule.alternative, []).append(f"{rule.question_code} {rule.operator} {rule.value}")
    return "\n".join(" & ".join(conditions) for _place, conditions in sorted(told.items()))
