"""A freed place, offered down the waiting list (rules OFF-01 to OFF-04)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from services.enrollment.domain.case import Moment
from services.enrollment.domain.phases import P2, P3, P5, Phase
from services.enrollment.domain.policy import Policy


class Outcome(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


def offers_in(phase: Phase, policy: Policy) -> bool:
    """OFF-01: waiting lists live within their round (P2, P3), in P5 where the policy backfills; P4 has none."""
    return phase in (P2, P3) or (phase is P5 and policy.backfill_after_rounds)


def offered_until(moment: Moment, policy: Policy) -> datetime:
    """OFF-02: an offer stands for the policy's hours, and never beyond the phase."""
    until = moment.now + policy.hours(policy.offer_hours, moment.day)
    return until if moment.closes_at is None else min(until, moment.closes_at)
