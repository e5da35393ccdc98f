"""Values that nobody may read in a dump: kept sealed (AES-256-GCM), found again by a keyed hash.

The keys are one JSON document a service, from a secret store or made on the first start of an embedded stack:

    {"lookup": "<base64, 32 bytes>", "sealing": {"current": "k1", "keys": {"k1": "<base64, 32 bytes>"}},
     "audit": "<base64, 32 bytes>"}

`lookup` keys the hash, `sealing` the ciphers; older keys stay to read with until everything was sealed anew. `audit`
is the seed of the Ed25519 key that signs the seals of the service's audit. A document that we made ourselves gets what
a newer version adds; one from a secret store is refused by name instead.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kit.environment import Unusable
from services.kit.settings import Settings

KEY_BYTES = 32
TEXT_MARK = "sealed:"
"""How a sealed value begins where only text may stand (in JSON)."""
_NONCE_BYTES = 12


class SealBroken(RuntimeError):
    """A sealed value is not the one written for this record, or its key is gone."""


class KeysMissing(Unusable):
    """There are no usable keys, and the process must not start; the message says which setting helps."""


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """The keys of one service's vault; never logged."""

    lookup: bytes = field(repr=False)
    current: str
    sealing: Mapping[str, bytes] = field(repr=False)


class Vault:
    """Seals, opens and looks up.

    `look_again`, set once something watches the key document, is asked when a value is met that was sealed with a key
    nobody here has seen; true when it brought other keys.
    """

    def __init__(self, keys: VaultKeys) -> None:
        self.look_again: Callable[[], bool] = lambda: False
        self.renew(keys)

    def renew(self, keys: VaultKeys) -> None:
        """Use these keys from now on: the key document has changed."""
        # In this order: another thread that seals meanwhile finds the present key under either.
        self._ciphers = {name: AESGCM(key) for name, key in keys.sealing.items()}
        self._keys = keys

    @property
    def current_key(self) -> str:
        """Name of the key that seals now."""
        return self._keys.current

    def lookup(self, purpose: str, value: str) -> bytes:
        """A keyed hash (HMAC-SHA-256, 32 bytes) that is equal for equal values of one purpose only."""
        return hmac.new(self._keys.lookup, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def seal(self, value: str, record_id: str) -> bytes:
        """As `seal_bytes`, for text."""
        return self.seal_bytes(value.encode(), record_id)

    def open(self, blob: bytes, record_id: str) -> str:
        """What `seal` sealed for `record_id`. Raises SealBroken as `open_bytes` does."""
        return self.open_bytes(blob, record_id).decode()

    def seal_bytes(self, value: bytes, record_id: str) -> bytes:
        """AES-256-GCM over `value`, bound to `record_id`; layout: length and name of the key, nonce, cipher."""
        name = self._keys.current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[name].encrypt(nonce, value, record_id.encode())
        return bytes([len(name)]) + name.encode() + nonce + sealed

    def open_bytes(self, blob: bytes, record_id: str) -> bytes:
        """The value sealed for `record_id`. Raises SealBroken for another record's blob, a change, a lost key."""
        name = key_of(blob)
        cipher = self._ciphers.get(name)
        if cipher is None and self.look_again():
            cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken("the key of a sealed value is not in the key document")
        end = 1 + blob[0]
        nonce, sealed = blob[end : end + _NONCE_BYTES], blob[end + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, record_id.encode())
        except InvalidTag:
            raise SealBroken("a sealed value does not belong to its record or was changed") from None

    def seal_text(self, value: str, record_id: str) -> str:
        """As `seal`, as text that begins with `TEXT_MARK`: for values inside JSON."""
        return TEXT_MARK + base64.b64encode(self.seal(value, record_id)).decode()

    def open_text(self, text: str, record_id: str) -> str:
        """As `open`, for what `seal_text` made; text without the mark is returned as it is."""
        if not text.startswith(TEXT_MARK):
            return text
        return self.open(blob_of(text), record_id)


def of(service: str, settings: Settings) -> Vault:
    """The vault of `service` with the keys the settings point at. Raises KeysMissing."""
    return Vault(parse(document_of(service, settings, generate)))


def key_of(blob: bytes) -> str:
    """Name of the key that sealed `blob`; empty when it is no sealed value."""
    return blob[1 : 1 + blob[0]].decode("ascii", "replace") if blob else ""


def blob_of(text: str) -> bytes:
    """The sealed bytes inside what `seal_text` made. Raises SealBroken when it is something else."""
    try:
        return base64.b64decode(text.removeprefix(TEXT_MARK), validate=True)
    except binascii.Error:
        raise SealBroken("a sealed text is malformed") from None


def document_of(service: str, settings: Settings, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The key document of `service`: from the settings, else the one in `data_dir`, made by `make()` when absent.

    Raises KeysMissing when there is none, or it is no JSON object; never quotes it.
    """
    text = settings.keys_json.get_secret_value()
    if not text and settings.keys_file is not None:
        text = _read(settings.keys_file)
    if not text and settings.data_dir is not None:
        path = file_in(settings.data_dir, service)
        if not path.exists():
            write_once(path, json.dumps(make()))
        _complete(path, make)
        text = _read(path)
    if not text:
        raise KeysMissing(f"{service} has no keys: set RESIDENCY_KEYS_FILE or RESIDENCY_KEYS_JSON")
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise KeysMissing("the key document is no JSON object")
    return document


def source_of(service: str, settings: Settings) -> Path | None:
    """The file from which `document_of` reads; None when the document stands in the settings or nowhere."""
    if settings.keys_json.get_secret_value():
        return None
    if settings.keys_file is not None:
        return settings.keys_file
    return None if settings.data_dir is None else file_in(settings.data_dir, service)


def file_in(data_dir: Path, service: str) -> Path:
    """Where the embedded stack keeps the key document of `service`."""
    return data_dir / f"{service}-keys.json"


def parse(document: Mapping[str, Any]) -> VaultKeys:
    """The vault's keys in a key document. Raises KeysMissing, without quoting it, when malformed."""
    try:
        sealing = {name: key_bytes(value) for name, value in document["sealing"]["keys"].items()}
        keys = VaultKeys(key_bytes(document["lookup"]), document["sealing"]["current"], sealing)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise KeysMissing(f"the key document is malformed ({type(error).__name__})") from None
    if keys.current not in sealing:
        raise KeysMissing("the key document lacks its current sealing key")
    return keys


def generate() -> dict[str, Any]:
    """A fresh key document."""
    sealing = {"current": "k1", "keys": {"k1": fresh_key()}}
    return {"lookup": fresh_key(), "sealing": sealing, "audit": fresh_key()}


def audit_key(document: Mapping[str, Any]) -> Ed25519PrivateKey:
    """The key that signs the seals of an audit. Raises KeysMissing, without quoting it, when absent or malformed."""
    if "audit" not in document:
        raise KeysMissing('the key document has no audit key: add "audit", the base64 of 32 random bytes')
    try:
        return Ed25519PrivateKey.from_private_bytes(key_bytes(document["audit"]))
    except (TypeError, ValueError, binascii.Error) as error:
        raise KeysMissing(f"the audit key is malformed ({type(error).__name__})") from None


def fresh_key() -> str:
    """32 random bytes, in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def write_once(path: Path, text: str) -> None:
    """Write a file only its owner can read; of two first starts at once, one writes and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = write_draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        # Somebody else was first: their keys count.
        return
    finally:
        draft.unlink()


def write_draft(path: Path, text: str) -> Path:
    """The text in a file beside `path` that only its owner can read, safe on the disk; the caller moves it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _complete(path: Path, make: Callable[[], dict[str, Any]]) -> None:
    """Add what a newer version expects to a document that an older one made; processes at once add it once."""
    with path.with_name(f"{path.name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            document = json.loads(_read(path))
        except ValueError:
            return  # told as malformed by who reads it
        missing = {name: value for name, value in make().items() if isinstance(document, dict) and name not in document}
        if missing:
            write_draft(path, json.dumps(document | missing)).replace(path)


def key_bytes(value: str) -> bytes:
    """The 32 bytes of a key in a document. Raises ValueError or binascii.Error when it is none."""
    key = base64.b64decode(value, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("wrong key length")
    return key


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KeysMissing(f"cannot read the key file {path} ({error.strerror})") from None
