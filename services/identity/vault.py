"""ID-10 and ID-11: document numbers are found by a keyed hash and kept sealed; nothing else stores them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.identity.keys import Keys

_NONCE_BYTES = 12


class SealBroken(RuntimeError):
    """A sealed value is not the one written for this record, or its key is gone."""


class Vault:
    """Seals, opens and looks up document numbers."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def lookup(self, purpose: str, value: str) -> bytes:
        """ID-10: a keyed hash (HMAC-SHA-256, 32 bytes) that is equal for equal values of one purpose only."""
        return hmac.new(self._keys.lookup, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def seal(self, value: str, record_id: str) -> bytes:
        """ID-11: AES-256-GCM over `value`, bound to `record_id`; layout: length and name of the key, nonce, cipher."""
        name = self._keys.sealing_current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys.sealing[name]).encrypt(nonce, value.encode(), record_id.encode())
        return bytes([len(name)]) + name.encode() + nonce + sealed

    def open(self, blob: bytes, record_id: str) -> str:
        """The value sealed for `record_id`. Raises SealBroken for another record's blob, a change, a lost key."""
        end = 1 + blob[0]
        key = self._keys.sealing.get(blob[1:end].decode("ascii", "replace"))
        if key is None:
            raise SealBroken("the key of a sealed value is not in the key document")
        nonce, sealed = blob[end : end + _NONCE_BYTES], blob[end + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, sealed, record_id.encode()).decode()
        except InvalidTag:
            raise SealBroken("a sealed value does not belong to its record or was changed") from None
