"""Forms as they are stored: values of sensitive fields are sealed one by one inside the section's JSON (PRIV-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.kit.forms import FormSection
from services.kit.vault import Vault


class SealedForms:
    """Seals and opens the bodies of sections, at the boundary of a store.

    A sealed value is bound to its record, section and field: put anywhere else, it does not open (SealBroken).
    """

    def __init__(self, vault: Vault, definitions: Iterable[FormSection]) -> None:
        self._vault = vault
        self._sensitive = {
            definition.section: frozenset(field.key for field in definition.fields if field.sensitive)
            for definition in definitions
        }

    def seal(self, record_id: str, section: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body as it is stored, sealed with the current key; what is empty or not sensitive stays as it is."""
        sensitive = self._sensitive[section]
        return {
            key: self._vault.seal_text(value, f"{record_id}/{section}/{key}") if key in sensitive and value else value
            for key, value in body.items()
        }

    def open(self, record_id: str, section: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The body that was sealed for this record. Raises SealBroken."""
        sensitive = self._sensitive[section]
        return {
            key: self._vault.open_text(value, f"{record_id}/{section}/{key}") if key in sensitive and value else value
            for key, value in stored.items()
        }

    def rewrap(self, record_id: str, section: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The same body, sealed anew with the current key. Raises SealBroken."""
        return self.seal(record_id, section, self.open(record_id, section, stored))
