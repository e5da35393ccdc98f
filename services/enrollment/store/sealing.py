"""What enrollment's stores seal, open and recognise: sections, frozen dossiers, stored answers (PRIV-01 to PRIV-03)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.enrollment.domain.dossier import DEFINITIONS, Section
from services.enrollment.records import SavedSection
from services.enrollment.store import rows
from services.kit.sealed_forms import SealedForms
from services.kit.vault import SealBroken, Vault

DRAFT = "draft"
"""Stands for the number of a submission where the live dossier is meant."""

_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)

Bodies = Mapping[Section, Mapping[str, Any]]


class Sealing:
    """Between plain values and what may stand in a table."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._forms = SealedForms(vault, DEFINITIONS)

    @property
    def key(self) -> str:
        """Name of the key that seals now."""
        return self._vault.current_key

    def keyed(self, purpose: str, value: str) -> bytes:
        """A keyed hash (32 bytes) that nobody without the keys can make or find by trying."""
        return self._vault.lookup(purpose, value)

    def seal_bytes(self, content: bytes, record_id: str) -> bytes:
        """A file or a piece of one, as it may stand in a table or an object store."""
        return self._vault.seal_bytes(content, record_id)

    def open_bytes(self, stored: bytes, record_id: str) -> bytes:
        """What `seal_bytes` sealed. Raises SealBroken."""
        return self._vault.open_bytes(stored, record_id)

    def body_hash(self, order: str) -> bytes:
        """PRIV-02: a keyed hash of an order, which may hold what nobody should find by trying numbers."""
        return self._vault.lookup("command", order)

    def seal_section(self, application_id: str, section: Section, body: Mapping[str, Any]) -> str:
        """A section of the live dossier as JSON."""
        return rows.to_json(self._forms.seal(f"{application_id}/{DRAFT}", section, body))

    def open_section(self, application_id: str, section: Section, body: Mapping[str, Any]) -> dict[str, Any]:
        """What `seal_section` sealed. Raises SealBroken."""
        return self._forms.open(f"{application_id}/{DRAFT}", section, body)

    def open_sections(self, application_id: str, text: str | None) -> dict[Section, SavedSection]:
        """From an object of sections to body and time. Raises SealBroken."""
        return {
            section: SavedSection(
                self.open_section(application_id, section, entry["body"]), datetime.fromisoformat(entry["saved_at"])
            )
            for section, entry in ((Section(name), entry) for name, entry in (json.loads(text) if text else {}).items())
        }

    def seal_dossier(self, application_id: str, number: int, bodies: Bodies) -> str:
        """The dossier frozen with submission `number` as JSON."""
        record_id = f"{application_id}/{number}"
        return rows.to_json({section: self._forms.seal(record_id, section, body) for section, body in bodies.items()})

    def open_dossier(self, application_id: str, number: int, text: str, fingerprint: bytes) -> dict[Section, Any]:
        """PRIV-03: what was frozen. Raises SealBroken when it is not what its fingerprint says."""
        record_id = f"{application_id}/{number}"
        bodies = {Section(name): self._forms.open(record_id, name, body) for name, body in json.loads(text).items()}
        if self.fingerprint(application_id, number, bodies) != fingerprint:
            raise SealBroken("a frozen dossier is not the one that was submitted")
        return bodies

    def fingerprint(self, application_id: str, number: int, bodies: Bodies) -> bytes:
        """PRIV-03: a keyed hash of a frozen dossier; written once, and into the audit."""
        content = _SORTED.encode([application_id, number, bodies])
        return self._vault.lookup("submission", content)

    def seal_record(self, record_id: str, body: Mapping[str, Any]) -> bytes:
        """SCO-05: values of one record of selection (a score, an objection) as JSON, bound to `record_id`."""
        return self._vault.seal(json.dumps(body, ensure_ascii=False, sort_keys=True), record_id)

    def open_record(self, record_id: str, blob: bytes | None) -> dict[str, Any]:
        """What `seal_record` sealed; empty for None, when it was forgotten. Raises SealBroken."""
        opened: dict[str, Any] = {} if blob is None else json.loads(self._vault.open(blob, record_id))
        return opened

    def seal_answer(self, actor: str, key: str, answer: bytes) -> bytes:
        """What a command is answered, as it is stored under its key."""
        return self._vault.seal(answer.decode(), f"{actor}/{key}")

    def open_answer(self, actor: str, key: str, stored: bytes) -> bytes:
        """What `seal_answer` sealed. Raises SealBroken."""
        return self._vault.open(stored, f"{actor}/{key}").encode()
