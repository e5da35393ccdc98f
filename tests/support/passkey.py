"""A passkey in software: what a browser and its device answer, made as WebAuthn says (ES256, no attestation)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Bits of the authenticator data: somebody touched it, it knows who, a new key follows."""


class Passkey:
    """One device with one key. `verifies` tells whether it asks for a finger, `counts` whether it counts."""

    def __init__(self, origin: str = "http://localhost:8080", *, verifies: bool = True, counts: bool = True) -> None:
        self.origin = origin
        self.verifies = verifies
        self.counts = counts
        self.count = 0
        self.credential_id = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options_json: str) -> str:
        """What `navigator.credentials.create()` answers, as JSON."""
        options = json.loads(options_json)
        numbers = self._key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "attestationObject": _text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            }
        )

    def get(self, options_json: str) -> str:
        """What `navigator.credentials.get()` answers, as JSON; fails when the platform did not ask for this key."""
        options = json.loads(options_json)
        assert self.credential_id in [_bytes(known["id"]) for known in options["allowCredentials"]]
        return self.sign(options["rpId"], options["challenge"])

    def sign(self, rp_id: str, challenge: str) -> str:
        """An answer to any challenge (base64url), whoever asked."""
        self.count += self.counts
        data = self._data(rp_id, 0)
        client = self._client("webauthn.get", challenge)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": None,
            }
        )

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
