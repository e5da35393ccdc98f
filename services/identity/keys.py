"""The keys of identity: one JSON document, from a secret store or made on the first start of an embedded stack.

    {"lookup": "<base64, 32 bytes>",
     "sealing": {"current": "k1", "keys": {"k1": "<base64, 32 bytes>"}},
     "signing": [{"kty": "OKP", "crv": "Ed25519", …, "kid": "…"}]}

`lookup` keys the HMAC that finds a document number again, `sealing` the ciphers that hold it (older keys stay to
read with), `signing` the token keys: the first signs, all are published.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.identity.settings import IdentitySettings
from services.kit.auth import ALGORITHM

KEY_BYTES = 32
FILE_NAME = "identity-keys.json"


class KeysMissing(RuntimeError):
    """Identity has no usable keys and must not start; the message says which setting helps."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key of identity; never logged."""

    lookup: bytes = field(repr=False)
    sealing_current: str
    sealing: dict[str, bytes] = field(repr=False)
    signing: tuple[OKPKey, ...] = field(repr=False)


def load(settings: IdentitySettings) -> Keys:
    """The keys the settings point at; makes them when only `data_dir` is set and has none yet.

    Raises KeysMissing when there are none, or the document is not as described above.
    """
    text = settings.keys_json.get_secret_value()
    if not text and settings.keys_file is not None:
        text = _read(settings.keys_file)
    if not text and settings.data_dir is not None:
        path = settings.data_dir / FILE_NAME
        if not path.exists():
            _write_once(path, json.dumps(generate()))
        text = _read(path)
    if not text:
        raise KeysMissing("identity has no keys: set RESIDENCY_KEYS_FILE or RESIDENCY_KEYS_JSON")
    return parse(text)


def parse(text: str) -> Keys:
    """Read a key document. Raises KeysMissing, without quoting it, when something is absent or malformed."""
    try:
        document = json.loads(text)
        sealing = {name: _key(value) for name, value in document["sealing"]["keys"].items()}
        current = document["sealing"]["current"]
        signing = tuple(OKPKey.import_key(jwk) for jwk in document["signing"])
        keys = Keys(_key(document["lookup"]), current, sealing, signing)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error, JoseError) as error:
        raise KeysMissing(f"the key document is malformed ({type(error).__name__})") from None
    if current not in sealing or not signing or not all(key.is_private for key in signing):
        raise KeysMissing("the key document lacks its current sealing key or a private signing key")
    return keys


def generate() -> dict[str, object]:
    """A fresh key document."""
    signing = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return {
        "lookup": _encode(secrets.token_bytes(KEY_BYTES)),
        "sealing": {"current": "k1", "keys": {"k1": _encode(secrets.token_bytes(KEY_BYTES))}},
        "signing": [signing.as_dict(private=True)],
    }


def _key(value: str) -> bytes:
    key = base64.b64decode(value, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("wrong key length")
    return key


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise KeysMissing(f"cannot read the key file {path} ({error.strerror})") from None


def _write_once(path: Path, text: str) -> None:
    """Write a file only its owner can read; of two first starts at once, one writes and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        # Somebody else was first: their keys count.
        return
    finally:
        draft.unlink()
