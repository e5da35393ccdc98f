"""JetStream's streams and consumers as declared in `deploy/streams.yaml`, and how the server is brought to them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, RetentionPolicy, StorageType
from nats.js.api import StreamConfig as NatsStreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from services.kit.shipped import shipped

STREAMS_FILE = "RESIDENCY_STREAMS_FILE"
"""Environment variable naming another file than `deploy/streams.yaml`."""

_STREAM_ENUMS = {"retention": RetentionPolicy, "discard": DiscardPolicy, "storage": StorageType}
_CONSUMER_ENUMS = {"ack_policy": AckPolicy, "deliver_policy": DeliverPolicy}


@dataclass(frozen=True)
class Declared:
    """What the server should have: streams by name, consumers by stream and durable name."""

    streams: dict[str, dict[str, Any]]
    consumers: dict[tuple[str, str], dict[str, Any]]


def streams_file() -> Path:
    """Where the declaration is: `RESIDENCY_STREAMS_FILE`, else the one shipped."""
    named = os.environ.get(STREAMS_FILE)
    return Path(named) if named else shipped("deploy/streams.yaml")


def load(path: Path, replicas: int = 1) -> Declared:
    """OPS-15: read the declaration, of which every stream and consumer has `replicas` copies at least.

    Raises OSError, yaml.YAMLError, KeyError or ValueError for a file that is wrong.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    streams = {}
    for entry in content["streams"]:
        merged = _copied(content["stream_defaults"] | entry, replicas)
        streams[entry["name"]] = {key: _enum(_STREAM_ENUMS, key, value) for key, value in merged.items()}
    consumers = {}
    for entry in content["consumers"]:
        merged = content["consumer_defaults"] | entry
        if replicas > 1:
            merged = _copied(merged, replicas)
        stream, durable = merged.pop("stream"), merged.pop("durable")
        if stream not in streams:
            raise ValueError(f"{path}: consumer {durable} names the unknown stream {stream}")
        fields = {key: _enum(_CONSUMER_ENUMS, key, value) for key, value in merged.items()}
        consumers[(stream, durable)] = {"name": durable, "durable_name": durable, **fields}
    return Declared(streams, consumers)


async def apply(js: JetStreamContext, declared: Declared) -> list[str]:
    """Create what is missing and update what differs; returns the names of what was touched.

    Several processes may do so at once. Raises nats errors when the server is away or refuses.
    """
    touched = []
    for name, fields in declared.streams.items():
        if await _apply_stream(js, name, fields):
            touched.append(name)
    for (stream, durable), fields in declared.consumers.items():
        if await _apply_consumer(js, stream, durable, fields):
            touched.append(f"{stream}/{durable}")
    return touched


async def _apply_stream(js: JetStreamContext, name: str, fields: dict[str, Any]) -> bool:
    try:
        found = (await js.stream_info(name)).config
    except NotFoundError:
        try:
            await js.add_stream(NatsStreamConfig(**fields))
        except BadRequestError:
            # Another process was faster, with an older or newer file: the next look decides.
            await js.stream_info(name)
        return True
    if not differences(found, fields):
        return False
    await js.update_stream(found.evolve(**fields))
    return True


async def _apply_consumer(js: JetStreamContext, stream: str, durable: str, fields: dict[str, Any]) -> bool:
    try:
        found = (await js.consumer_info(stream, durable)).config
    except NotFoundError:
        await js.add_consumer(stream, ConsumerConfig(**fields))
        return True
    if not differences(found, fields):
        return False
    await js.add_consumer(stream, found.evolve(**fields))
    return True


def differences(found: Any, fields: dict[str, Any]) -> list[str]:
    """The names of declared fields in which a stream or consumer is otherwise."""
    wrong = []
    for key, wanted in fields.items():
        has = getattr(found, key)
        if has != wanted and not (wanted in (0, -1, False) and has in (0, -1, False, None)):
            wrong.append(key)
    return wrong


def _copied(fields: dict[str, Any], replicas: int) -> dict[str, Any]:
    return fields | {"num_replicas": max(replicas, fields.get("num_replicas", 1))}


def _enum(enums: dict[str, Any], key: str, value: Any) -> Any:
    return enums[key](value) if key in enums else value
