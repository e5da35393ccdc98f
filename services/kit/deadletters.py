"""Facts that a consumer gave up: read them, with the reason, and send one to its consumer again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header, decode_header

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from services.kit.delivery import MSG_ID, REDRIVEN_FOR
from services.kit.domain import DomainError, Kind

STREAM = "DEADLETTERS"
PREFIX = "residency.deadletters."

_DURABLE = "residency-dead-consumer"
_STREAM = "residency-dead-stream"
_SEQUENCE = "residency-dead-sequence"
_SUBJECT = "residency-dead-subject"
_REASON = "residency-dead-reason"
_TRIES = "residency-dead-tries"
_AT = "residency-dead-at"
_OURS = (_DURABLE, _STREAM, _SEQUENCE, _SUBJECT, _REASON, _TRIES, _AT)
_REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One fact that one consumer gave up. `number` names it for `show` and `redrive`; `at` is aware UTC."""

    number: int
    durable: str
    reason: str
    tries: int
    at: datetime
    subject: str
    stream: str
    event_id: str
    event_type: str
    aggregate_id: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


def dead_letter(durable: str, stream: str, message: Msg, reason: str) -> tuple[str, bytes, dict[str, str]]:
    """Subject, body and headers of the letter for `message`.

    Its message id holds the place in the stream, so that writing it twice leaves one letter.
    """
    place = message.metadata.sequence.stream
    found = (message.subject, message.data, message.headers or {})
    return letter_of(durable, (stream, place), found, reason, message.metadata.num_delivered)


def letter_of(
    durable: str,
    place: tuple[str, int],
    found: tuple[str, bytes, Mapping[str, str]],
    reason: str,
    tries: int = 0,
) -> tuple[str, bytes, dict[str, str]]:
    """As `dead_letter`, for the fact at `place` (stream, number in it); `found` is its subject, body and headers."""
    stream, number = place
    subject, body, content = found
    kept = {key: value for key, value in content.items() if not key.startswith("Nats-")}
    headers = {
        **kept,
        _DURABLE: durable,
        _STREAM: stream,
        _SEQUENCE: str(number),
        _SUBJECT: subject,
        _REASON: " ".join(reason.split())[:_REASON_LENGTH],
        _TRIES: str(tries),
        _AT: datetime.now(UTC).isoformat(),
        MSG_ID: f"{durable}:{stream}:{number}",
    }
    return PREFIX + durable, body, headers


async def list_letters(js: JetStreamContext, durable: str = "") -> AsyncIterator[DeadLetter]:
    """The letters in order of arrival, of all consumers or of `durable`."""
    subject = PREFIX + (durable or ">")
    number = 0
    while True:
        try:
            found = await js.get_msg(STREAM, seq=number + 1, subject=subject, next=True)
        except NotFoundError:
            return
        letter = _read(found)
        yield letter
        number = letter.number


async def show(js: JetStreamContext, number: int) -> DeadLetter:
    """One letter; raises DomainError NOT_FOUND."""
    try:
        return _read(await js.get_msg(STREAM, seq=number))
    except NotFoundError as error:
        raise DomainError(Kind.NOT_FOUND, "NO_SUCH_LETTER", f"没有编号为 {number} 的死信。") from error


async def redrive(js: JetStreamContext, number: int) -> DeadLetter:
    """Publish the fact of a letter again for the consumer that gave it up, and remove the letter.

    Other consumers of the stream pass over it. Redriving the same letter twice, or a crash in between, does no harm:
    the second copy is dropped by the server or by the consumer's inbox. Raises DomainError NOT_FOUND.
    """
    letter = await show(js, number)
    headers = {key: value for key, value in letter.headers.items() if key not in _OURS}
    headers[REDRIVEN_FOR] = letter.durable
    headers[MSG_ID] = f"redrive:{letter.durable}:{number}:{letter.at.isoformat()}"
    await js.publish(letter.subject, letter.body, headers=headers, stream=letter.stream)
    await js.delete_msg(STREAM, number)
    return letter


def _text(value: str | Header) -> str:
    """A header as it was written, in UTF-8: the client takes what is not ASCII for an encoding it does not know."""
    if isinstance(value, str):
        return value
    return b"".join(part if isinstance(part, bytes) else part.encode() for part, _ in decode_header(value)).decode(
        "utf-8", "replace"
    )


def _read(found: RawStreamMsg) -> DeadLetter:
    headers = {key: _text(value) for key, value in (found.headers or {}).items() if not key.startswith("Nats-")}
    return DeadLetter(
        number=found.seq or 0,
        durable=headers.get(_DURABLE, ""),
        reason=headers.get(_REASON, ""),
        tries=int(headers.get(_TRIES, "0")),
        at=datetime.fromisoformat(headers.get(_AT, "1970-01-01T00:00:00+00:00")),
        subject=headers.get(_SUBJECT, ""),
        stream=headers.get(_STREAM, ""),
        event_id=headers.get("ce-id", ""),
        event_type=headers.get("ce-type", ""),
        aggregate_id=headers.get("ce-subject", ""),
        body=found.data or b"",
        headers=headers,
    )
