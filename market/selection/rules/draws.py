"""The life of a draw, who may be left out, and on which grounds it is postponed, falls back or is void."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from market.base import draw
from market.base.clock import CHINA
from market.base.draw.beacons import LOTTERY_DAYS, LOTTERY_HOUR
from market.base.errors import BreaksRule
from market.base.lifecycle import Lifecycle, Move
from market.base.words import N_, register_labels, register_sentences

DAY = 86_400


class DrawState(StrEnum):
    """From the publication of the request to the ranking."""

    ANNOUNCED = "announced"
    FROZEN = "frozen"
    DRAWN = "drawn"
    FAILED = "failed"
    VOID = "void"
    CANCELLED = "cancelled"


class Exclusion(StrEnum):
    """Why somebody who signed up is not in the pool."""

    NOT_SERVING = "not_serving"


class Refused(StrEnum):
    """Why an award of a draw was given up."""

    AGENCY = "agency_refused"
    CONTRACT = "contract_declined"
    VOIDED = "draw_voided"


class Postponed(StrEnum):
    """Why a draw takes place a day later."""

    FROZEN_LATE = "frozen_late"
    WITNESSES = "witnesses_missing"


class Decision(StrEnum):
    """What two persons decide together."""

    VOID = "void"
    FALLBACK = "fallback"


GROUNDS: Mapping[Decision, tuple[str, ...]] = {
    Decision.VOID: ("pool_wrong", "ordered_by_authority", "beacon_never_came"),
    Decision.FALLBACK: ("beacon_unreachable", "secret_withheld"),
}
"""The grounds of each decision; there is no other."""

DRAW = Lifecycle(
    "draw",
    tuple(DrawState),
    (
        Move("freeze", (DrawState.ANNOUNCED,), DrawState.FROZEN),
        Move("draw", (DrawState.FROZEN,), DrawState.DRAWN),
        Move("fail", (DrawState.FROZEN,), DrawState.FAILED),
        Move("void", (DrawState.FROZEN, DrawState.DRAWN), DrawState.VOID),
        Move("cancel", (DrawState.ANNOUNCED,), DrawState.CANCELLED),
    ),
)


def seconds(moment: datetime) -> int:
    """The whole second since 1970 in which a moment lies."""
    return int(moment.timestamp() // 1)


def beacon_name(kind: draw.BeaconKind, moment: int, ref: str) -> str:
    """What the beacon of a moment is called before it is known: a round, a lottery's day, the draw itself."""
    if kind == draw.BeaconKind.DRAND:
        return str(draw.round_at(moment))
    return lottery_day(moment) if kind == draw.BeaconKind.LOTTERY else ref


def lottery_day(moment: int) -> str:
    """The day of the first drawing of 双色球 at or after a moment: nobody chooses among issues."""
    day = datetime.fromtimestamp(moment, CHINA)
    hour, minute = LOTTERY_HOUR
    while True:
        drawn = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if day.weekday() in LOTTERY_DAYS and drawn.timestamp() >= moment:
            return drawn.date().isoformat()
        day = drawn.replace(hour=0, minute=0) + timedelta(days=1)


def postponed_to(beacon_time: int, now: int) -> int:
    """The first moment after `now` that is whole days after the announced one."""
    return beacon_time + DAY * max(1, (now - beacon_time) // DAY + 1)


def check_ground(decision: Decision, ground: str, explained: str) -> str:
    """The explanation, stripped; refuses `draw.ground_unknown` and `draw.ground_unexplained`."""
    if ground not in GROUNDS[decision]:
        raise BreaksRule("draw.ground_unknown")
    if len(explained.strip()) < 10:
        raise BreaksRule("draw.ground_unexplained")
    return explained.strip()


register_labels(
    {
        "draw.announced": N_("Signing up"),
        "draw.frozen": N_("Pool frozen, waiting for the beacon"),
        "draw.drawn": N_("Drawn"),
        "draw.failed": N_("Too few to draw"),
        "draw.void": N_("Void"),
        "draw.cancelled": N_("Cancelled before the freeze"),
        "exclusion.not_serving": N_("Did not serve when the pool was frozen"),
        "refused.agency_refused": N_("The agency refused"),
        "refused.contract_declined": N_("The agency declined the contract"),
        "refused.draw_voided": N_("The draw was declared void"),
        "postponed.frozen_late": N_("the site was down when the pool had to be frozen"),
        "postponed.witnesses_missing": N_("too few witnesses had confirmed the frozen pool"),
        "ground.pool_wrong": N_("The frozen pool was wrong by a decision of the supervisor"),
        "ground.ordered_by_authority": N_("Ordered by a court or a competent authority"),
        "ground.beacon_never_came": N_("Neither the beacon nor its fallback came"),
        "ground.beacon_unreachable": N_("The beacon could not be had for a day"),
        "ground.secret_withheld": N_("A committer withheld the secret for a day"),
        "decision.void": N_("Declare the draw void"),
        "decision.fallback": N_("Use the fallback, the public lottery"),
        "deed.draw.void": N_("Draw voided by two persons"),
        "deed.draw.announce": N_("Draw announced: deadline, beacon and algorithm fixed"),
        "deed.draw.sign_up": N_("Somebody signed up"),
        "deed.draw.withdraw": N_("Somebody took the sign-up back"),
        "deed.draw.freeze": N_("Pool frozen"),
        "deed.draw.postpone": N_("Draw postponed by whole days"),
        "deed.draw.draw": N_("Drawn"),
        "deed.draw.refuse": N_("Award given up with a reason"),
        "deed.draw.fail": N_("Draw ended: too few participants"),
        "deed.draw.cancel": N_("Draw cancelled before the freeze"),
        "deed.draw.commit": N_("Secret committed"),
        "deed.draw.reveal": N_("Secret revealed"),
        "deed.draw.ask": N_("A decision of two persons was proposed"),
        "deed.beacon.known": N_("Beacon known"),
        "deed.lottery.enter": N_("Result of the lottery entered by one person"),
        "deed.lottery.correct": N_("One person corrected the result of the lottery"),
        "deed.draw.confirm": N_("A second person confirmed the decision"),
    }
)
register_sentences(
    {
        "draw.not_found": N_("There is no such draw."),
        "draw.not_a_draw": N_("This request is not decided by a draw."),
        "draw.closed": N_("Sign-up ended at {until}; it is {now} now. The pool cannot change any more."),
        "draw.sign_up_over": N_("Sign-up is over: nobody comes in and nobody leaves any more."),
        "draw.signed_up_already": N_("You are signed up already. Your receipt stands on this page."),
        "draw.not_signed_up": N_("You are not signed up for this draw."),
        "draw.no_price": N_("Your marked price has no amount for this quantity, so you cannot be selected at it."),
        "draw.decides": N_("The draw selects the agency. Nobody can choose one."),
        "draw.frozen_already": N_("The pool is frozen. From now on only the draw decides; it cannot be cancelled."),
        "draw.no_award_of_yours": N_("There is no award of yours here that could be refused."),
        "draw.refusal_unexplained": N_("Say in at least 10 characters why you refuse. The reason is published."),
        "draw.contract_exists": N_("A contract was proposed for this award. Decline the contract instead."),
        "draw.ground_unknown": N_("Choose one of the grounds listed here. There is no other."),
        "draw.ground_unexplained": N_("Explain the ground in at least 10 characters. It is published."),
        "draw.two_persons": N_("This needs a second person: who proposed it cannot confirm it."),
        "draw.nothing_proposed": N_("Nothing waits for a confirmation here."),
        "draw.proposed_already": N_("This was proposed already. A second person may confirm it."),
        "draw.fallback_too_early": N_("The fallback applies a day after the beacon's time, not before."),
        "draw.not_waiting": N_("This draw does not wait for a beacon."),
        "draw.takes_no_secret": N_("The beacon of this draw is not made of secrets. There is nothing to commit to."),
        "draw.committed_already": N_("You have committed a secret already."),
        "draw.not_committed": N_("You have committed no secret here, or revealed it already."),
        "draw.wrong_beacon": N_("This is not the beacon that was announced. Nothing is drawn."),
        "draw.beacon_moved": N_("The time of a beacon moves by whole days, with a recorded reason, before it comes."),
        "draw.pool_changed": N_(
            "The rows of {ref} are no longer the pool that was frozen. Nothing is drawn; the supervisor must look at it."
        ),
        "lottery.not_drawn_yet": N_("That drawing has not taken place yet. Enter the result when it is published."),
        "request.funding_unknown": N_("Choose whose money pays: state funds or other funds."),
        "draw.ranking_incomplete": N_("The ranking does not name the whole pool."),
        "draw.not_of_request": N_("A draw belongs to its open request and takes its deadline."),
        "draw.ticket_not_theirs": N_("A ticket is the credit code of the agency that signs up."),
        "draw.not_frozen": N_("Nothing is ranked before the pool is frozen and the beacon is known."),
        "award.not_the_rank": N_("After a draw only the next rank can be selected."),
        "award.not_given_up": N_("An award of a draw is given up only with a recorded reason."),
        "request.award_stands": N_("An award stands. A request that is awarded does not fail."),
        "request.only_drawn_again": N_("Only a request decided by a draw fails after an award."),
        "merged.not_drawn": N_("Lots are not drawn. Choose quotes or a direct choice, or take the lot out first."),
        "lottery.entered_already": N_("You have entered this result already. A second person enters it too."),
        "lottery.counts_already": N_("Two persons have entered the result of that day. It counts and stays as it is."),
        "lottery.two_persons": N_("Two persons must enter the same result independently before it counts."),
        "reason.drawn": N_("{agency} has rank {rank} of {count} in the draw; its marked price is {amount_fen}."),
        "reason.next_rank": N_("{gone} before it in the ranking refused, so that the next rank is selected."),
        "reason.too_few": N_("{count} took part in the draw; at least {least} are needed for {funding}."),
        "reason.all_refused": N_("Everybody in the ranking has refused ({count})."),
        "reason.draw_void": N_("Two persons declared the draw void on a listed ground."),
        "notice.draw.published": N_(
            "A request for {service} is decided by a draw ({ref}). Sign up until {until}; you take part at your marked price."
        ),
        "notice.draw.frozen": N_("The pool of {ref} is frozen: {count} take part. It is drawn at {at}."),
        "notice.draw.too_few": N_("The draw of {ref} did not take place: {count} took part, {least} are needed."),
        "notice.draw.postponed": N_("The draw of {ref} takes place later, at {at}. The reason is on its page."),
        "notice.draw.refused": N_("{agency} refused the award of {ref}. What follows stands on its page."),
        "notice.draw.ended": N_("The selection of {ref} failed after its draw. The ground stands on its page."),
    }
)
