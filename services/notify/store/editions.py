"""The words of every template that was used, by their fingerprint: what was sent can be written out again."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import structlog

from services.kit.database import Database
from services.notify.domain.shapes import Template
from services.notify.domain.template_files import TemplateBroken, parse
from services.notify.domain.templates import TEMPLATES

_REMEMBER = """
    INSERT INTO template_edition (edition, template, source)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT (edition) DO NOTHING
"""
_READ = "SELECT edition, template, source FROM template_edition WHERE edition = ANY($1)"
_log = structlog.get_logger("notify.editions")


async def remember(database: Database, templates: Collection[Template]) -> None:
    """Write down the words of `templates` unless they are known; a message may name their editions from then on.

    Raises DomainError UNAVAILABLE.
    """
    await database.execute(
        _REMEMBER,
        [template.edition for template in templates],
        [template.key for template in templates],
        [template.source for template in templates],
    )


class Editions:
    """The part that writes today's words down at the start, and reads those of any day."""

    name = "template editions"

    def __init__(self, database: Database, templates: Mapping[str, Template] = TEMPLATES) -> None:
        self._database = database
        self._templates = templates
        self._known = {template.edition: template for template in templates.values()}

    async def start(self) -> None:
        """Write today's words down, before anything of this process writes a message.

        Raises DomainError UNAVAILABLE.
        """
        await remember(self._database, self._templates.values())

    async def stop(self) -> None:
        """Nothing is left open."""

    def not_ready(self) -> str:
        """Always empty: the words were written down before anything else began."""
        return ""

    async def find(self, editions: Collection[str]) -> Mapping[str, Template]:
        """The templates of these editions; one that nobody wrote down, or that today's rules cannot read, is missing.

        Raises DomainError UNAVAILABLE.
        """
        missing = [edition for edition in set(editions) - self._known.keys() if edition]
        if missing:
            for row in await self._database.fetch(_READ, missing):
                try:
                    self._known[row["edition"]] = parse(row["source"], row["template"])
                except TemplateBroken:
                    _log.error("edition cannot be read", template=row["template"], edition=row["edition"])
        return {edition: self._known[edition] for edition in editions if edition in self._known}
