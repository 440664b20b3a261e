"""The one permission table: which role may do what. Names are `<area>:<thing>:<act>`; keep them alphabetical."""

from enum import StrEnum

from market.base.people import Role


class Permission(StrEnum):
    """An act that a route asks for with `@needs`."""

    ACCOUNT_MEMBER_MANAGE = "account:member:manage"
    ACCOUNT_SELF_USE = "account:self:use"
    AGENCY_ADMISSION_DECIDE = "agency:admission:decide"
    AGENCY_ADMISSION_WATCH = "agency:admission:watch"
    AGENCY_ENTRY_BRING = "agency:entry:bring"
    AGENCY_OFFER_MARK = "agency:offer:mark"
    AGENCY_PROFILE_WRITE = "agency:profile:write"
    AGENCY_SUSPENSION_DECIDE = "agency:suspension:decide"
    CATALOGUE_EDITION_APPROVE = "catalogue:edition:approve"
    CATALOGUE_EDITION_DRAFT = "catalogue:edition:draft"
    CATALOGUE_EDITION_READ = "catalogue:edition:read"
    CATALOGUE_VOICE_ANSWER = "catalogue:voice:answer"
    CATALOGUE_VOICE_READ = "catalogue:voice:read"
    CONTRACT_BUYER_ACT = "contract:buyer:act"
    CONTRACT_PARTY_READ = "contract:party:read"
    CONTRACT_SELLER_ACT = "contract:seller:act"
    EVALUATION_ROUND_COMPUTE = "evaluation:round:compute"
    EVALUATION_ROUND_PUBLISH = "evaluation:round:publish"
    EVALUATION_ROUND_READ = "evaluation:round:read"
    FEE_NOTE_ISSUE = "fee:note:issue"
    FEE_PAYMENT_CONFIRM = "fee:payment:confirm"
    FEE_PAYMENT_DECLARE = "fee:payment:declare"
    JOURNAL_ENTRY_READ = "journal:entry:read"
    RATING_ORDER_WRITE = "rating:order:write"
    SELECTION_BASKET_USE = "selection:basket:use"
    SELECTION_DRAW_WITNESS = "selection:draw:witness"
    SELECTION_QUOTE_SUBMIT = "selection:quote:submit"
    SELECTION_REQUEST_CHOOSE = "selection:request:choose"
    SELECTION_REQUEST_WRITE = "selection:request:write"


P = Permission
_BUYER = frozenset(
    {
        P.CONTRACT_BUYER_ACT,
        P.CONTRACT_PARTY_READ,
        P.FEE_PAYMENT_DECLARE,
        P.RATING_ORDER_WRITE,
        P.SELECTION_REQUEST_CHOOSE,
        P.SELECTION_REQUEST_WRITE,
    }
)
_OWN: dict[Role, frozenset[Permission]] = {
    Role.ENTERPRISE: _BUYER | {P.ACCOUNT_MEMBER_MANAGE, P.SELECTION_BASKET_USE},
    Role.DEPARTMENT: _BUYER | {P.ACCOUNT_MEMBER_MANAGE},
    Role.AGENCY: frozenset(
        {
            P.ACCOUNT_MEMBER_MANAGE,
            P.AGENCY_OFFER_MARK,
            P.AGENCY_PROFILE_WRITE,
            P.CONTRACT_PARTY_READ,
            P.CONTRACT_SELLER_ACT,
            P.FEE_NOTE_ISSUE,
            P.FEE_PAYMENT_CONFIRM,
            P.SELECTION_QUOTE_SUBMIT,
        }
    ),
    Role.LIST_EDITOR: frozenset(
        {
            P.CATALOGUE_EDITION_DRAFT,
            P.CATALOGUE_EDITION_READ,
            P.CATALOGUE_VOICE_ANSWER,
            P.CATALOGUE_VOICE_READ,
        }
    ),
    Role.LIST_APPROVER: frozenset({P.CATALOGUE_EDITION_APPROVE, P.CATALOGUE_EDITION_READ, P.CATALOGUE_VOICE_READ}),
    Role.ADMISSION_DESK: frozenset({P.AGENCY_ADMISSION_DECIDE, P.AGENCY_ENTRY_BRING, P.AGENCY_SUSPENSION_DECIDE}),
    Role.SUPERVISOR: frozenset(
        {
            P.AGENCY_ADMISSION_WATCH,
            P.AGENCY_SUSPENSION_DECIDE,
            P.CATALOGUE_VOICE_READ,
            P.EVALUATION_ROUND_PUBLISH,
            P.EVALUATION_ROUND_READ,
            P.JOURNAL_ENTRY_READ,
            P.SELECTION_DRAW_WITNESS,
        }
    ),
    Role.EVALUATION_OFFICER: frozenset({P.EVALUATION_ROUND_COMPUTE, P.EVALUATION_ROUND_READ}),
    Role.AUDITOR: frozenset(
        {P.CATALOGUE_EDITION_READ, P.EVALUATION_ROUND_READ, P.JOURNAL_ENTRY_READ, P.SELECTION_DRAW_WITNESS}
    ),
    Role.OPERATOR: frozenset({P.AGENCY_ENTRY_BRING, P.JOURNAL_ENTRY_READ}),
    Role.SYSTEM: frozenset(),
}
GRANTS: dict[Role, frozenset[Permission]] = {role: acts | {P.ACCOUNT_SELF_USE} for role, acts in _OWN.items()}


def may(role: Role, permission: Permission) -> bool:
    """Whether `role` holds `permission`."""
    return permission in GRANTS[role]
