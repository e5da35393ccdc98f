"""What services find wrong with single fields, in English: they say it in Chinese, naming the field."""

from __future__ import annotations

from services.portal.i18n.language import said


def problem_text(message: str, label: str = "") -> str:
    """`message` about the field called `label`: as the service says it in Chinese; in English sentence by sentence."""
    return said(message, label=label)
