"""ROT-01: which facts of enrollment concern trainees, and what each says."""

from __future__ import annotations

from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import events_pb2 as enrollment
from services.faculty.deeds import DAY_ZONE
from services.faculty.domain.trainees import Heard
from services.kit.delivery import Delivery, order_of

PLACE_LOST = {
    body.DESCRIPTOR.full_name: body
    for body in (
        enrollment.ApplicationPlaceLost,
        enrollment.ApplicationAdmissionUndone,
        enrollment.ApplicationWithdrawn,
    )
}
"""Facts after which nobody is admitted by that application, until another admission."""


def heard_in(delivery: Delivery) -> Heard | None:
    """What a fact says of an admission; None when it concerns none. Raises DecodeError."""
    name = delivery.event_type
    if name == enrollment.ApplicationAdmitted.DESCRIPTOR.full_name:
        admitted = enrollment.ApplicationAdmitted.FromString(delivery.body)
        return _heard(delivery, admitted.application, placed=True, admits=True, cohort=admitted.cycle_year)
    if name == enrollment.ApplicationDeferred.DESCRIPTOR.full_name:
        deferred = enrollment.ApplicationDeferred.FromString(delivery.body)
        return _heard(delivery, deferred.application, placed=True, until_year=deferred.until_year)
    if name in PLACE_LOST:
        return _heard(delivery, PLACE_LOST[name].FromString(delivery.body).application, placed=False)
    return None


def _heard(
    delivery: Delivery,
    about: enrollment.ApplicationFact,
    *,
    placed: bool,
    admits: bool = False,
    cohort: int = 0,
    until_year: int = 0,
) -> Heard:
    decided: Timestamp = about.decided_at
    at = decided.ToDatetime(UTC) if about.HasField("decided_at") else delivery.occurred_at
    decided_on = at.astimezone(DAY_ZONE).date()
    return Heard(
        application_id=about.application_id,
        version=order_of(delivery.epoch, about.version),
        person_id=about.person_id,
        cycle_id=about.cycle_id,
        base_code=about.base_code,
        specialty_code=about.specialty_code,
        specialty_name=about.specialty_name,
        placed=placed,
        admits=admits,
        # Facts of releases before this one do not name the year: then it is that of the decision.
        cohort=cohort or decided_on.year,
        decided_on=decided_on,
        until_year=until_year,
    )
