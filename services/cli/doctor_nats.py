"""`residency doctor`: NATS, its streams and who reads them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from services.cli.doctor_finding import Finding, broken, degraded, ok
from services.cli.doctor_place import Place

if TYPE_CHECKING:
    from nats.js import JetStreamContext

BACKLOG = 10_000
"""Facts that a consumer has not handled."""
NEARLY_FULL = 0.8
_PATIENCE = 5.0


async def look(place: Place) -> list[Finding]:
    """Findings of the server, each stream and each consumer."""
    from services.kit import streams  # noqa: PLC0415
    from services.kit.bus import NATS_ERRORS  # noqa: PLC0415
    from services.kit.nats_login import NatsLogin  # noqa: PLC0415

    advice = "start it; commands are answered meanwhile, facts wait in the outboxes"
    declared = streams.load(streams.streams_file(), place.settings.stream_replicas)
    try:
        async with asyncio.timeout(3 * _PATIENCE):
            client = await NatsLogin.of(place.settings).call()
            try:
                js = client.jetstream(timeout=_PATIENCE)
                version = client.connected_server_version
                says = f"{version.major}.{version.minor}.{version.patch}, {len(declared.streams)} streams declared"
                found = [ok("NATS", says)]
                found += [await _stream(js, name, fields) for name, fields in declared.streams.items()]
                found += [await _consumer(js, *name) for name in declared.consumers]
                return found
            finally:
                await client.close()
    except (*NATS_ERRORS, ValueError) as error:
        return [broken("NATS", f"is not reachable ({type(error).__name__})", advice, "nats-down")]


async def _stream(js: JetStreamContext, name: str, fields: dict[str, object]) -> Finding:
    from nats.js.errors import NotFoundError  # noqa: PLC0415

    from services.kit import streams  # noqa: PLC0415

    what = f"stream {name}"
    try:
        found = await js.stream_info(name)
    except NotFoundError:
        advice = "restart a service: it declares them; `residency outbox republish` brings facts back"
        return broken(what, "is missing", advice, "nats-down")
    if wrong := streams.differences(found.config, fields):
        return degraded(what, f"is not as declared: {', '.join(wrong)}", "restart a service: it sets them", "nats-down")
    behind = [str(each.name) for each in (found.cluster.replicas or []) if not each.current] if found.cluster else []
    if behind:
        return degraded(what, f"copies are behind: {', '.join(behind)}", "look at those servers of NATS", "nats-down")
    most = found.config.max_bytes or -1
    says = f"{found.state.messages} facts, {found.state.bytes / 1e6:.1f} MB"
    if most > 0:
        says += f" of {most / 1e6:.0f} MB"
        if found.state.bytes > NEARLY_FULL * most:
            return degraded(what, says, "give it room before it refuses facts", "stream-fills")
    return ok(what, says)


async def _consumer(js: JetStreamContext, stream: str, durable: str) -> Finding:
    from nats.js.errors import NotFoundError  # noqa: PLC0415

    what = f"consumer {stream}/{durable}"
    try:
        found = await js.consumer_info(stream, durable)
    except NotFoundError:
        return broken(what, "is missing", "restart the process that reads it: it declares it", "nats-down")
    waiting = (found.num_pending or 0) + (found.num_ack_pending or 0)
    says = f"{waiting} facts wait, {found.num_redelivered or 0} of them not for the first time"
    if waiting > BACKLOG:
        return degraded(what, says, "see whether its process runs and its database answers", "consumer-behind")
    return ok(what, says)
