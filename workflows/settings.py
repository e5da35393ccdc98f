"""Settings of the workflows process only."""

from __future__ import annotations

from services.kit.settings import Settings

DEPLOYMENT = "residency-workflows"
"""Name under which versions of this worker are rolled out, where the operators give no other."""


class WorkflowSettings(Settings):
    """What only the workflows process reads."""

    worker_build_id: str = ""
    """Version under which this worker polls; unversioned when empty."""
    worker_deployment: str = DEPLOYMENT
    """Name under which its versions are rolled out."""
    next_cycle_cron: str = "0 9 1 11 *"
    """When the drafts of the next year are prepared (minute, hour, day, month, weekday); never when empty."""
    next_cycle_zone: str = "Asia/Shanghai"
    """IANA zone by whose clock and year that is."""
    eligibility_cron: str = "0 9 * * *"
    """When teachers who asked are told that they qualify from today on (as above); never when empty."""
    eligibility_zone: str = "Asia/Shanghai"
    """IANA zone by whose clock and day that is."""
    temporal_metrics: str = ""
    """host:port on which the SDK's core serves its own metrics, which then stand in `/metrics` too; none when empty."""
