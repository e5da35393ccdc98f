"""Documents that faculty prints."""

from __future__ import annotations

from pathlib import Path

CERTIFICATE = Path(__file__).parent / "certificate.typ"
"""The page of a 聘书."""
