"""What is counted of a season. Labels are cycles (province and year), phases and states; never a person or a base."""

from __future__ import annotations

from prometheus_client import Gauge, Histogram

BATCH_SIZE = Histogram("residency_command_batch_size", "Commands written together.", buckets=(1, 2, 4, 8, 16, 32))
SEASON_PHASE = Gauge("residency_season_phase", "1 for the phase that holds.", ["cycle", "phase", "round"])
SEASON_BOUNDARY_SECONDS = Gauge(
    "residency_season_boundary_seconds", "Until the next boundary is due; below zero since it was.", ["cycle"]
)
SEASON_LATE_SECONDS = Gauge(
    "residency_season_late_seconds",
    "How long after its time a phase was entered, or since when it should be.",
    ["cycle", "phase", "round"],
)
SEASON_HELD_SECONDS = Gauge(
    "residency_season_held_seconds", "For how long the cycle is held; 0 when it is not.", ["cycle"]
)
SEASON_APPLICATIONS = Gauge("residency_season_applications", "Applications by what they are now.", ["cycle", "state"])
SEASON_BACKLOG = Gauge(
    "residency_season_backlog", "Waiting for a decision (applications), and where (windows).", ["cycle", "what"]
)
SEASON_OLDEST_PENDING_SECONDS = Gauge(
    "residency_season_oldest_pending_seconds", "Age of the oldest submission of the round not reviewed.", ["cycle"]
)
SEASON_SEATS = Gauge(
    "residency_season_seats", "Seats: planned, and held by admissions of each kind.", ["cycle", "what"]
)
SEASON_UNCLOSED_WINDOWS = Gauge(
    "residency_season_unclosed_windows", "Windows of rounds that are over, not yet closed.", ["cycle"]
)
SEASON_OVERDUE = Gauge(
    "residency_season_overdue", "Beyond their time: verifications, objections, offers.", ["cycle", "what"]
)
SEASON = (
    *(SEASON_PHASE, SEASON_BOUNDARY_SECONDS, SEASON_LATE_SECONDS, SEASON_HELD_SECONDS, SEASON_APPLICATIONS),
    *(SEASON_BACKLOG, SEASON_OLDEST_PENDING_SECONDS, SEASON_SEATS, SEASON_UNCLOSED_WINDOWS, SEASON_OVERDUE),
)
"""What `season.py` reads together."""
