"""The named policies of calls to services: how long one try may take and when it is tried again.

Every call is harmless to repeat (its contract says so), so both policies repeat for ever, at most a second apart: a
deed that must happen happens as soon as the service is back. What cannot get better by repeating (the input is wrong,
not allowed, not now) is marked non-retryable by `services.kit.errors` where the activity raises it.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig

_FOR_EVER = RetryPolicy(
    initial_interval=timedelta(milliseconds=100),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=1),
    maximum_attempts=0,
)

QUICK_READ = ActivityConfig(start_to_close_timeout=timedelta(seconds=4), retry_policy=_FOR_EVER)
"""A question that one indexed read answers."""

COMMAND = ActivityConfig(start_to_close_timeout=timedelta(seconds=6), retry_policy=_FOR_EVER)
"""An order that changes state once, however often it is repeated."""

MANY_CALLS = ActivityConfig(
    start_to_close_timeout=timedelta(hours=1), heartbeat_timeout=timedelta(seconds=30), retry_policy=_FOR_EVER
)
"""The same order for many, each once per key: the activity says that it lives, and goes on where it stood."""
