"""What becomes of marked prices when the next edition of the list comes into force."""

from enum import StrEnum

from market.base.words import N_, register_labels, register_sentences


class Succession(StrEnum):
    """What becomes of an offer when the next edition of the list comes into force; all but the first two lapse."""

    CARRIED = "carried"
    MARKED_ANEW = "marked_anew"
    REMOVED = "removed"
    PRICING = "pricing"
    PRICE_RULE = "price_rule"
    DAYS = "days"
    REGION = "region"


LAPSED = (Succession.REMOVED, Succession.PRICING, Succession.PRICE_RULE, Succession.DAYS, Succession.REGION)
"""Why an offer does not go on in the next edition, in the order in which the reasons are told."""

register_labels(
    {
        "succession.carried": N_("Carried over"),
        "succession.marked_anew": N_("Marked anew"),
        "succession.removed": N_("No longer on the list"),
        "succession.pricing": N_("Price management changed"),
        "succession.price_rule": N_("Price rule changed"),
        "succession.days": N_("Promised days beyond the new time limit"),
        "succession.region": N_("The service is listed for other regions now"),
        "succession_head.removed": N_("[No longer on the list]"),
        "succession_head.pricing": N_("[Price management changed]"),
        "succession_head.price_rule": N_("[Price rule changed]"),
        "succession_head.days": N_("[Promised days beyond the new time limit]"),
        "succession_head.region": N_("[Listed for other regions now]"),
    }
)
register_sentences(
    {
        "notice.offer.lapsed": N_(
            "Edition {edition} of the list is in force. These marked prices could not be carried over; look at the list and mark them anew: {removed_head} {removed} {pricing_head} {pricing} {price_rule_head} {price_rule} {days_head} {days} {region_head} {region}"
        ),
    }
)
