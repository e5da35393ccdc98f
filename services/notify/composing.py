"""MSG-20: where claimed deliveries go and what they say, found and written out at the moment in which they leave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import structlog

from services.kit.vault import SealBroken, Vault
from services.notify.adapters.port import Outgoing
from services.notify.addresses import AddressBook, Found
from services.notify.domain.channels import Channel
from services.notify.domain.delivering import (
    ADDRESS_BLOCKED,
    CAMPAIGN_PAUSED,
    CAMPAIGN_STOPPED,
    ERASED,
    NO_ADDRESS,
    NOT_RENDERED,
    OVERTAKEN,
    SEAL_BROKEN,
    State,
)
from services.notify.domain.shapes import Language, Template
from services.notify.domain.templates import read_values_of, render_for, shown_values, wechat_fields
from services.notify.domain.unsubscribing import token_of
from services.notify.store.deliveries import Claim
from services.notify.store.editions import Editions
from services.notify.wishes import unsubscribing_key

_NOWHERE = Found("", "", b"")
"""A webhook's address is its adapter's."""
_log = structlog.get_logger("notify.composing")


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that can be handed to its carrier."""

    claim: Claim
    outgoing: Outgoing = field(repr=False)
    found: Found = field(repr=False)


@dataclass(frozen=True, slots=True)
class InVain:
    """A delivery that is not sent: it ends, or while it is still queued, is tried again later."""

    claim: Claim
    state: State
    reason: str


class Composer:
    """Finds addresses and writes words out, for many deliveries of one channel at a time."""

    def __init__(self, book: AddressBook, editions: Editions, vault: Vault) -> None:
        self._book = book
        self._editions = editions
        self._vault = vault

    async def compose(self, channel: Channel, claims: Sequence[Claim]) -> list[Ready | InVain]:
        """What to do with each of `claims`. Raises DomainError UNAVAILABLE when addresses cannot be asked for now."""
        try:
            return await self._together(channel, claims)
        except SealBroken:
            # A key that has not reached this process yet, or never will: only whom it concerns waits.
            if len(claims) == 1:
                return [InVain(claims[0], State.QUEUED, SEAL_BROKEN)]
            return [one for each in claims for one in await self.compose(channel, [each])]

    async def _together(self, channel: Channel, claims: Sequence[Claim]) -> list[Ready | InVain]:
        wanted = [each for each in claims if each.leaves]
        found = await self._addresses(channel, wanted)
        words = await self._editions.find([each.edition for each in wanted])
        return [self._one(each, found.get(each.delivery_id), words.get(each.edition)) for each in claims]

    async def _addresses(self, channel: Channel, claims: Sequence[Claim]) -> Mapping[str, Found]:
        """By delivery."""
        if channel is Channel.WEBHOOK:
            return {each.delivery_id: _NOWHERE for each in claims}
        named = await self._book.find_named({each.address_id for each in claims if each.address_id})
        proved = await self._book.find(channel, {each.person_id for each in claims if not each.address_id})
        places = (
            (each, named.get(each.address_id) if each.address_id else proved.get(each.person_id)) for each in claims
        )
        return {each.delivery_id: place for each, place in places if place is not None}

    def _one(self, claim: Claim, found: Found | None, template: Template | None) -> Ready | InVain:
        if claim.dropped:
            return InVain(claim, State.SUPPRESSED, OVERTAKEN)
        if claim.stopped:
            return InVain(claim, State.SUPPRESSED, CAMPAIGN_STOPPED)
        if claim.paused:
            return InVain(claim, State.QUEUED, CAMPAIGN_PAUSED)
        if not claim.parameters:
            return InVain(claim, State.SUPPRESSED, ERASED)
        if found is None:
            return InVain(claim, State.SUPPRESSED, NO_ADDRESS)
        if found.blocked:
            return InVain(claim, State.SUPPRESSED, ADDRESS_BLOCKED)
        if template is not None:
            try:
                return Ready(claim, self._outgoing(claim, found, template), found)
            except SealBroken:
                raise
            except Exception as error:  # noqa: BLE001 (one message that cannot be written out keeps no other back)
                _log.error("not rendered", template=claim.template, edition=claim.edition, error=type(error).__name__)
        return InVain(claim, State.FAILED, NOT_RENDERED)

    def _outgoing(self, claim: Claim, found: Found, template: Template) -> Outgoing:
        language = cast("Language", claim.language)
        values = read_values_of(template, json.loads(self._vault.open_text(claim.parameters, claim.message_id)))
        text = render_for(template, claim.channel, values, language)
        return Outgoing(
            delivery_id=claim.delivery_id,
            message_id=claim.message_id,
            channel=claim.channel,
            template=claim.template,
            language=claim.language,
            address=found.value,
            title=text.title,
            body=text.body,
            parameters=shown_values(template, values, language),
            fields=wechat_fields(template, values, language) if claim.channel is Channel.WECHAT else {},
            unsubscribe=token_of(unsubscribing_key(self._vault), claim.person_id, template.kind, claim.channel),
            person_id=claim.person_id,
            organisation_code=claim.organisation_code,
            application_id=claim.application_id,
        )
