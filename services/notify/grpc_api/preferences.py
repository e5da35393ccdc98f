"""PreferenceService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from residency.notify.v1 import delivery_pb2, preference_service_pb2_grpc
from residency.notify.v1 import preference_service_pb2 as pb
from services.kit.auth import caller
from services.kit.grpc_server import Servicer
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.handlers.preferences import PreferenceHandlers, Reached, Wish
from services.notify.handlers.proving_addresses import AddressHandlers
from services.notify.store.addresses import Address

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class PreferenceApi(preference_service_pb2_grpc.PreferenceServiceServicer):
    """Answers PreferenceService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, preferences: PreferenceHandlers, addresses: AddressHandlers) -> None:
        self._preferences = preferences
        self._addresses = addresses

    async def GetPreferences(self, request: pb.GetPreferencesRequest, context: Context) -> pb.GetPreferencesResponse:
        """One's own wishes and addresses."""
        found = await self._preferences.read(caller())
        return pb.GetPreferencesResponse(
            preferences=[_wish(each) for each in found.wishes],
            addresses=[_reached(each) for each in found.reached],
            language=found.language,
        )

    async def SetPreference(self, request: pb.SetPreferenceRequest, context: Context) -> pb.SetPreferenceResponse:
        """Says whether a kind is wanted by a channel."""
        wish = await self._preferences.set_wish(
            *(caller(), _kind_of(request.kind), _channel_of(request.channel), request.wanted)
        )
        return pb.SetPreferenceResponse(preference=_wish(wish))

    async def SetLanguage(self, request: pb.SetLanguageRequest, context: Context) -> pb.SetLanguageResponse:
        """Chooses a language."""
        await self._preferences.set_language(caller(), request.language)
        return pb.SetLanguageResponse()

    async def StartAddress(self, request: pb.StartAddressRequest, context: Context) -> pb.StartAddressResponse:
        """Begins to prove an address."""
        begun = await self._addresses.start(
            *(caller(), _channel_of(request.channel), request.address, request.idempotency_key)
        )
        answer = pb.StartAddressResponse(address=_address(begun.address), scan_url=begun.scan_url)
        answer.expires_at.FromDatetime(begun.address.expires_at)
        return answer

    async def ConfirmAddress(self, request: pb.ConfirmAddressRequest, context: Context) -> pb.ConfirmAddressResponse:
        """Proves an e-mail address."""
        return pb.ConfirmAddressResponse(
            address=_address(await self._addresses.confirm(caller(), request.address_id, request.code))
        )

    async def RemoveAddress(self, request: pb.RemoveAddressRequest, context: Context) -> pb.RemoveAddressResponse:
        """Forgets an address."""
        await self._addresses.remove(caller(), request.address_id)
        return pb.RemoveAddressResponse()

    async def Unsubscribe(self, request: pb.UnsubscribeRequest, context: Context) -> pb.UnsubscribeResponse:
        """Takes one kind off one channel."""
        return pb.UnsubscribeResponse(preference=_wish(await self._preferences.unsubscribe(request.token)))

    async def GetUnsubscription(
        self, request: pb.GetUnsubscriptionRequest, context: Context
    ) -> pb.GetUnsubscriptionResponse:
        """What a token would take off."""
        return pb.GetUnsubscriptionResponse(preference=_wish(await self._preferences.unsubscription(request.token)))


def servicer(preferences: PreferenceHandlers, addresses: AddressHandlers) -> Servicer:
    """What the server needs to serve PreferenceService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["PreferenceService"],
        preference_service_pb2_grpc.add_PreferenceServiceServicer_to_server,
        PreferenceApi(preferences, addresses),
    )


def _kind_of(kind: delivery_pb2.NoticeKind) -> NoticeKind:
    return NoticeKind[delivery_pb2.NoticeKind.Name(kind).removeprefix("NOTICE_KIND_")]


def _channel_of(channel: delivery_pb2.Channel) -> Channel:
    return Channel[delivery_pb2.Channel.Name(channel).removeprefix("CHANNEL_")]


def _wish(wish: Wish) -> pb.Preference:
    return pb.Preference(
        kind=f"NOTICE_KIND_{wish.kind.name}",
        channel=f"CHANNEL_{wish.channel.name}",
        wanted=wish.wanted,
        mandatory=wish.mandatory,
        why=wish.why,
    )


def _reached(reached: Reached) -> pb.Address:
    if reached.address is not None:
        return _address(reached.address)
    return pb.Address(channel=f"CHANNEL_{reached.channel.name}", masked=reached.masked, blocked=reached.blocked)


def _address(address: Address) -> pb.Address:
    shown = pb.Address(
        address_id=address.address_id,
        channel=f"CHANNEL_{address.channel.name}",
        masked=address.masked,
        blocked=address.blocked,
    )
    if address.verified_at is not None:
        shown.verified_at.FromDatetime(address.verified_at)
    return shown
