"""`residency doctor`: what every process says of itself."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Sequence

from services.cli.doctor_finding import Finding, broken, degraded, ok
from services.cli.doctor_place import Probed

_PATIENCE = 3.0
_PAGES = (
    ("database ", "database-down"),
    ("clock", "clock-skew"),
    ("object store", "object-storage-down"),
    ("temporal", "temporal-down"),
    ("messaging", "nats-down"),
    ("live", "nats-down"),
    ("consumer", "nats-down"),
)
"""What the name of a part begins with → the page; of several the first of this table."""
_ADVICE = {
    "database-down": "start its database; it comes back by itself",
    "clock-skew": "set the clock of its host by NTP; where every process says so, that of the database's host",
    "temporal-down": "start Temporal; it comes back by itself",
}


async def look(probes: Sequence[Probed]) -> list[Finding]:
    """A finding for each process."""
    return list(await asyncio.gather(*(asyncio.to_thread(_look_at, each) for each in probes)))


def _look_at(probed: Probed) -> Finding:
    try:
        connection = http.client.HTTPConnection(probed.host, probed.port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return judged(probed.title, answer.status, answer.read().decode(errors="replace"))
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        return broken(probed.title, "does not answer", "see why it ended: its log, its container", "process-missing")


def judged(title: str, status: int, text: str) -> Finding:
    """What `/readyz` said, as a finding."""
    state, *lacks = text.strip().splitlines() or [""]
    said = "; ".join([state, *lacks]) if lacks else state
    if status == http.client.OK and not lacks:
        return ok(title, said)
    page = next((page for start, page in _PAGES for lack in lacks if _part(lack).startswith(start)), "part-not-ready")
    if status == http.client.OK:
        return degraded(title, said, "it answers meanwhile; mend what is away", page)
    if state == "stopping":
        return degraded(title, said, "it is being replaced; look again in a minute", "process-restarts")
    return broken(title, said, _ADVICE.get(page, "its log tells why; it comes back by itself or is restarted"), page)


def _part(lack: str) -> str:
    return lack.partition(": ")[2]
