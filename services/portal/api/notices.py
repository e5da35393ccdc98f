"""How one is reached: wishes, addresses, language; what a token of a message takes off."""

from __future__ import annotations

from fastapi import APIRouter

from residency.notify.v1 import preference_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["notices"])
_ONE = "/me/addresses/{address_id}"

add_rows(
    router,
    preference_service_pb2,
    "PreferenceService",
    "preferences",
    (
        Row("GET", "/me/notices", "GetPreferences", "Read one's own wishes, and one's addresses, masked."),
        Row("PUT", "/me/notices/language", "SetLanguage", "Choose the language of what is written from now on."),
        Row("PUT", "/me/notices/{kind}/{channel}", "SetPreference", "Say whether a kind is wanted by a channel."),
        Row("POST", "/me/addresses", "StartAddress", "Begin to prove an e-mail address or a WeChat account.", 201),
        Row("POST", f"{_ONE}/confirmation", "ConfirmAddress", "Prove an e-mail address by its code."),
        Row("DELETE", _ONE, "RemoveAddress", "Forget an address."),
        Row(
            "GET", "/unsubscriptions/{token}", "GetUnsubscription", "Tell what a token would take off; open to anyone."
        ),
        Row("POST", "/unsubscriptions/{token}", "Unsubscribe", "Take it off; open to anyone who has the token."),
    ),
)
