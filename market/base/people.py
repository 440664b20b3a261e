"""Who acts, without a web session."""

from dataclasses import dataclass
from enum import StrEnum

from market.base.words import N_, register_labels


class Role(StrEnum):
    """A person acts in one role at a time, for one organisation."""

    ENTERPRISE = "enterprise"
    AGENCY = "agency"
    DEPARTMENT = "department"
    LIST_EDITOR = "list_editor"
    LIST_APPROVER = "list_approver"
    ADMISSION_DESK = "admission_desk"
    SUPERVISOR = "supervisor"
    EVALUATION_OFFICER = "evaluation_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM = "system"


class OrganisationKind(StrEnum):
    """What an organisation is to this market."""

    ENTERPRISE = "enterprise"
    AGENCY = "agency"
    DEPARTMENT = "department"
    REGULATOR = "regulator"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (user id) acting in a role for an organisation (its id, or None for the system)."""

    id: int | None
    role: Role
    organisation: int | None

    @classmethod
    def system(cls) -> "Actor":
        """The clock or the operator's command line."""
        return cls(None, Role.SYSTEM, None)


ROLES_OF: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.ENTERPRISE: frozenset({Role.ENTERPRISE}),
    OrganisationKind.AGENCY: frozenset({Role.AGENCY}),
    OrganisationKind.DEPARTMENT: frozenset({Role.DEPARTMENT}),
    OrganisationKind.REGULATOR: frozenset(
        {
            Role.LIST_EDITOR,
            Role.LIST_APPROVER,
            Role.ADMISSION_DESK,
            Role.SUPERVISOR,
            Role.EVALUATION_OFFICER,
            Role.AUDITOR,
            Role.OPERATOR,
        }
    ),
}

register_labels(
    {
        "role.enterprise": N_("Enterprise (project owner)"),
        "role.agency": N_("Agency"),
        "role.department": N_("Approving department"),
        "role.list_editor": N_("List editor"),
        "role.list_approver": N_("List approver"),
        "role.admission_desk": N_("Admission desk"),
        "role.supervisor": N_("Supervisor"),
        "role.evaluation_officer": N_("Evaluation officer"),
        "role.auditor": N_("Auditor"),
        "role.operator": N_("Operator"),
        "role.system": N_("System"),
        "organisation.enterprise": N_("Enterprise"),
        "organisation.agency": N_("Agency"),
        "organisation.department": N_("Approving department"),
        "organisation.regulator": N_("Regulator"),
    }
)
