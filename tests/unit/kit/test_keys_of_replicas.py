"""OPS-34: replicas take a changed key document at moments of their own, and read what the others seal meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.identity.rotation import rotate_sealing
from services.kit import vault
from services.kit.keywatch import vault_watch
from services.kit.settings import Settings
from services.kit.vault import SealBroken, Vault


def replica(settings: Settings) -> Vault:
    """The vault of one process, watched; its watch is never given a turn by itself here."""
    safe = vault.of("notify", settings)
    vault_watch("notify", settings, safe)
    return safe


def test_ops_34_what_another_replica_sealed_with_a_fresh_key_is_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first, second = replica(settings), replica(settings)
    path = vault.file_in(tmp_path, "notify")
    rotated = rotate_sealing(json.loads(path.read_text()))
    vault.write_draft(path, json.dumps(rotated)).replace(path)
    first.renew(vault.parse(rotated))

    sealed = first.seal("only once", "record")

    assert second.current_key == "k1"
    assert second.open(sealed, "record") == "only once"
    assert second.current_key == "k2"


def test_ops_34_a_key_that_nobody_knows_is_still_lost(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    document = rotate_sealing(vault.generate())
    stranger = Vault(vault.parse(document))
    with pytest.raises(SealBroken):
        replica(settings).open(stranger.seal("x", "record"), "record")
