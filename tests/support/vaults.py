"""Vaults with fixed keys: what one process of a test seals, another opens."""

from __future__ import annotations

from services.kit.vault import Vault, VaultKeys

_OLD = {"k1": bytes(32)}
_BOTH = _OLD | {"k2": b"\x02" * 32}

VAULT = Vault(VaultKeys(lookup=bytes(32), current="k1", sealing=_OLD))
"""Seals with its only key."""
NEXT = Vault(VaultKeys(lookup=bytes(32), current="k2", sealing=_BOTH))
"""The same after a new key was added: it seals with that one and still opens what the old one sealed."""
AFTERWARDS = Vault(VaultKeys(lookup=bytes(32), current="k2", sealing={"k2": _BOTH["k2"]}))
"""The same when the old key was taken away."""
