"""CRED-03: passkeys (WebAuthn): one relying party, the person verified by the device, signatures that never repeat."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "住院医师规范化培训平台"
"""What a device calls this platform."""
TIMEOUT_MS = 300_000
"""How long a browser waits for the person: as long as a challenge lives."""
_LOOPBACK_ORIGIN = re.compile(r"https?://localhost(:[0-9]{1,5})?")


class PasskeyRefused(Exception):
    """What the browser sent proves nothing; the cause says why."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a browser made just now."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


class RelyingParty:
    """The platform as passkeys know it, by the address under which people reach it.

    Args:
        public_url: Base URL of the portal. On `http://localhost` every port counts: an embedded portal takes any.
    """

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self.id = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def creation_options(self, person_id: str, login: str, name: str, challenge: bytes, known: Sequence[bytes]) -> str:
        """PublicKeyCredentialCreationOptions as JSON; devices that hold one of `known` are left out."""
        options = webauthn.generate_registration_options(
            rp_id=self.id,
            rp_name=NAME,
            user_id=person_id.encode(),
            user_name=login,
            user_display_name=name,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        )
        return options_to_json(options)

    def request_options(self, challenge: bytes, known: Sequence[bytes]) -> str:
        """PublicKeyCredentialRequestOptions as JSON, for the passkeys `known`."""
        options = webauthn.generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def created(self, answer: str, challenge: bytes) -> NewPasskey:
        """The passkey a browser made for `challenge`. Raises PasskeyRefused."""
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self._origin_of(answer),
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise PasskeyRefused from error
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)

    def used(self, answer: str, challenge: bytes, public_key: bytes, sign_count: int) -> int:
        """The counter after a passkey signed `challenge`; it has risen, or the device counts nothing and it stays 0.

        Raises PasskeyRefused.
        """
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self._origin_of(answer),
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise PasskeyRefused from error
        return verified.new_sign_count

    def _origin_of(self, answer: str) -> str:
        """The origin to expect: ours; on localhost the one the browser names, when it is localhost too."""
        if self.id != "localhost":
            return self._origin
        named = _client_data_origin(answer)
        return named if _LOOPBACK_ORIGIN.fullmatch(named) else self._origin


def credential_id(answer: str) -> bytes:
    """Which passkey the browser used. Raises PasskeyRefused when it does not say."""
    try:
        return base64url_to_bytes(str(json.loads(answer)["rawId"]))
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error


def _client_data_origin(answer: str) -> str:
    try:
        return str(parse_client_data_json(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])).origin)
    except (KeyError, TypeError) as error:
        raise ValueError("the browser's answer lacks its client data") from error
