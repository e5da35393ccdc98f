"""I10, as far as it can be seen without knowing anybody: no resident identity number stands where facts are told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from services.verifier import clear
from services.verifier.finding import Finding
from services.verifier.histories import Histories
from services.verifier.snapshot import Rows

TITLE = "no identity number in clear in facts, subjects, histories and logs"
BODIES = """
SELECT event_id::text AS event_id, body FROM outbox
WHERE encode(body, 'escape') ~ '[1-9][0-9]{5}(19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]'
"""
"""Facts in which something has the shape of one."""
SUBJECTS = "SELECT subject, count(*) AS facts FROM outbox GROUP BY 1"


async def check(rows: Rows, services: Sequence[str], found: Histories, files: Path | None) -> Finding:
    """I10 in every outbox, every history, and the logs of a stack on this machine."""
    broken, checked, trouble = list[str](), 0, found.trouble
    for service in services:
        for row in await rows(service, BODIES):
            broken += clear.told(set(clear.numbers_in(row["body"])), f"fact {row['event_id']} of {service}")
        for row in await rows(service, SUBJECTS):
            checked += row["facts"]
            broken += clear.told(set(clear.numbers_in(row["subject"].encode())), f"a subject of {service}")
    broken += [f"{run.numbers} numbers stand in the history of {run.workflow_id}" for run in found.runs if run.numbers]
    checked += len(found.runs)
    if files is not None:
        try:
            for file, numbers in await asyncio.to_thread(lambda: list(clear.log_files(files))):
                checked += 1
                broken += clear.told(numbers, f"{file.relative_to(files)}")
        except OSError as error:
            trouble = f"a log cannot be read: {error.strerror}"
    return replace(Finding.of("I10", TITLE, checked, broken), unreadable=trouble)
