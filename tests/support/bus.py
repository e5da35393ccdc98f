"""Streams of a test's own, on the run's server, with the settings of production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from services.kit import streams
from services.kit.bus import Messaging
from services.kit.delivery import headers
from services.kit.domain import Fact
from services.kit.ids import new_id

THINGS = "THINGS"
SUBJECT = "residency.things.v1.thing.happened"


def things_file(
    folder: Path, durables: Sequence[str], *, stream: Mapping[str, Any] | None = None, **consumer: Any
) -> Path:
    """A declaration with one stream of things, the dead letters, and `durables` as consumers of the things.

    `stream` and `consumer` replace settings of production.
    """
    content = yaml.safe_load(streams.streams_file().read_text(encoding="utf-8"))
    letters = next(one for one in content["streams"] if one["name"] == "DEADLETTERS")
    content["streams"] = [{"name": THINGS, "subjects": ["residency.things.v1.>"], **(stream or {})}, letters]
    content["consumers"] = [{"stream": THINGS, "durable": durable} for durable in durables]
    content["consumer_defaults"] |= consumer
    path = folder / "streams.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def thing(body: bytes = b"body", *, aggregate_id: str = "thing-1", version: int = 1) -> Fact:
    """A fact about a thing."""
    return Fact(SUBJECT, "residency.things.v1.ThingHappened", body, aggregate_id, version, new_id())


async def publish(messaging: Messaging, fact: Fact, more: Mapping[str, str] | None = None) -> None:
    """Publish `fact` as the relay would, with `more` headers."""
    content = headers(
        event_id=fact.event_id,
        event_type=fact.event_type,
        source="residency/things",
        aggregate_id=fact.aggregate_id,
        epoch=1,
        version=fact.version,
        occurred_at=datetime.now(UTC),
    )
    await messaging.publish(fact.subject, fact.body, content | dict(more or {}))


async def wipe(messaging: Messaging) -> None:
    """Delete every stream and declare them anew: what earlier tests published is gone."""
    for found in await messaging.js.streams_info():
        assert found.config.name is not None
        await messaging.js.delete_stream(found.config.name)
    await messaging.repair()
