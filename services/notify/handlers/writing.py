"""MSG-05: writing messages, each once per key, many at a time (MSG-17), each in its reader's language (MSG-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import event

from residency.notify.v1 import events_pb2
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.domain import Fact
from services.kit.ids import new_id
from services.kit.vault import Vault
from services.notify.domain.overtaking import CONCERNED, Entry, Story, Told
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import LANGUAGES, Language, Value
from services.notify.domain.templates import expiry_of, read_values, render, template_of, values_as_text
from services.notify.store.writing import Row, Writing, values_of

AT_ONCE = 200
"""Texts sealed anew in one transaction."""
IN_A_FACT = 1000
"""Readers that one fact names: well under what a fact may hold."""
NOTHING = Told()
"""About no application."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written unless one with this `key` was."""

    key: str
    recipient: Recipient
    template: str
    values: Mapping[str, Value] = field(repr=False)
    told: Told = NOTHING
    release_at: datetime | None = None
    """It is seen from then on; at once when None or past."""
    campaign_id: str = ""


class Writer:
    """Writes messages, each once."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._listeners: list[Callable[[], None]] = []

    def on_written(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each commit that wrote a message, also one that is seen only later."""
        self._listeners.append(callback)

    async def write_many(self, uow: UnitOfWork, drafts: Sequence[Draft]) -> list[bool]:
        """MSG-05: write those of `drafts` whose key has no message, within `uow`; for each, whether it was now.

        MSG-10: it is seen from `release_at` on. MSG-11: in their order, each drops what it overtakes, and is dropped
        itself when it was overtaken. MSG-16: the text is in its reader's language, and stays as it is written now.
        MSG-17: however many they are, they take one round of statements, and have the effects of one after the other.
        Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
        """
        if not drafts:
            return []
        writing = Writing(uow.session, self._vault)
        languages = await writing.languages({draft.recipient.person_id for draft in drafts} - {""})
        concerned = {draft.told.application_id for draft in drafts if _is_concerned(draft)}
        if concerned:
            await writing.take_turns(concerned)
        entries = await writing.entries(concerned) if concerned else {}
        now = self._clock.now()
        stories = {application_id: Story(found, now) for application_id, found in entries.items()}
        rows: dict[str, Row] = {}
        gone: set[str] = set()
        for draft in drafts:
            row = _row(draft, languages.get(draft.recipient.person_id, LANGUAGES[0]), now)
            rows.setdefault(draft.key, row)
            if _is_concerned(draft):
                gone |= _tell(stories[draft.told.application_id], row)
        made = [replace(row, dropped_at=now) if row.message_id in gone else row for row in rows.values()]
        gone -= {row.message_id for row in made}
        if gone:
            await writing.drop(gone, now)
        written = await writing.write(made)
        for fact in _facts(row for row in made if row.key in written and _is_seen(row, now)):
            uow.add_fact(fact)
        if written:
            event.listen(uow.session.sync_session, "after_commit", self._tell_listeners, once=True)
        return [_take(written, draft.key) for draft in drafts]

    async def send_notice(
        self,
        key: str,
        template: str,
        recipient: Recipient,
        parameters: Mapping[str, str],
        release_at: datetime | None = None,
        application_id: str = "",
    ) -> bool:
        """MSG-05: write a timed notice once per key, whatever a repetition says; True when this call wrote it.

        MSG-10: it is seen from `release_at` on. MSG-11: unless what it says of `application_id` was overtaken before.
        Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
        """
        values = read_values(template, parameters)
        async with self._database.unit_of_work() as uow:
            told = Told(application_id, self._clock.now()) if application_id else NOTHING
            draft = Draft(f"notice/{key}", recipient, template, values, told, release_at)
            [written] = await self.write_many(uow, [draft])
        return written

    async def forget(self, uow: UnitOfWork, person_id: str) -> None:
        """PRIV-05: forget the texts of somebody who was erased, within `uow`."""
        await Writing(uow.session, self._vault).forget(person_id)

    async def rewrap(self, limit: int) -> tuple[int, int]:
        """PRIV-04: seal up to `limit` texts anew with the current key; done, and left over. Reads open both keys."""
        done = 0
        while done < limit:
            batch = min(AT_ONCE, limit - done)
            async with self._database.unit_of_work() as uow:
                found = await Writing(uow.session, self._vault).rewrap(batch)
            done += found
            if found < batch:
                break
        async with self._database.unit_of_work() as uow:
            return done, await Writing(uow.session, self._vault).count_old()

    def _tell_listeners(self, _session: object) -> None:
        for callback in self._listeners:
            callback()


def _is_concerned(draft: Draft) -> bool:
    """Whether it matters to it what else is told of its application."""
    return draft.template in CONCERNED and draft.told.decided_at is not None


def _row(draft: Draft, language: Language, now: datetime) -> Row:
    template = template_of(draft.template)
    text = render(draft.template, draft.values, language)
    release_at = max(now, draft.release_at or now)
    return Row(
        message_id=new_id(),
        key=draft.key,
        person_id=draft.recipient.person_id or None,
        organisation_code=draft.recipient.organisation_code or None,
        template=template.key,
        title=text.title,
        body=text.body,
        parameters=values_of(values_as_text(draft.template, draft.values)),
        application_id=draft.told.application_id,
        sent_at=now,
        release_at=release_at,
        decided_at=draft.told.decided_at,
        undone_since=draft.told.undone_since,
        dropped_at=None,
        edition=template.edition,
        language=language,
        priority=template.priority,
        expires_at=expiry_of(template, draft.values, release_at),
        in_inbox=template.in_inbox,
        campaign_id=draft.campaign_id or None,
    )


def _tell(story: Story, row: Row) -> set[str]:
    """The messages that nobody will read now that `row` was told, itself perhaps among them."""
    assert row.decided_at is not None
    new = Entry(row.key, row.template, row.decided_at, row.undone_since, row.release_at, message_id=row.message_id)
    dropped = {entry.message_id for entry in story.tell(new)}
    return dropped | {new.message_id} if new.dropped else dropped


def _is_seen(row: Row, now: datetime) -> bool:
    return row.in_inbox and row.dropped_at is None and row.release_at <= now


def _take(keys: set[str], key: str) -> bool:
    """Whether `key` is among `keys`, once."""
    found = key in keys
    keys.discard(key)
    return found


def _facts(seen: Iterable[Row]) -> Iterator[Fact]:
    """One for each message; of those of a campaign, one for many."""
    together: dict[str, list[Row]] = {}
    for row in seen:
        if row.campaign_id is not None and row.person_id is not None:
            together.setdefault(row.campaign_id, []).append(row)
        else:
            told = events_pb2.MessageWritten(person_id=row.person_id, organisation_code=row.organisation_code)
            yield _written(row.message_id, told)
    for rows in together.values():
        for start in range(0, len(rows), IN_A_FACT):
            some = rows[start : start + IN_A_FACT]
            people = [row.person_id for row in some if row.person_id is not None]
            yield _written(some[0].message_id, events_pb2.MessageWritten(person_ids=people))


def _written(message_id: str, body: events_pb2.MessageWritten) -> Fact:
    return Fact(
        subject="residency.notify.v1.message.written",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=message_id,
        version=1,
        event_id=new_id(),
    )
