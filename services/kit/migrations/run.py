"""Bring a service's database to its newest revision, and ask whether it is there."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from sqlalchemy import MetaData

_SERVICES = Path(__file__).resolve().parents[2]
_REVISION = re.compile(r"^(down_)?revision\b[^=]*=\s*(?:[\"']([^\"']+)[\"']|None)", re.MULTILINE)
# alembic keeps its context in module globals: two migrations in one process would mix them up.
_one_at_a_time = threading.Lock()


def versions_of(service: str) -> Path:
    """The folder of the revisions of `service`."""
    return _SERVICES / service / "migrations" / "versions"


def upgrade(service: str, url: str, revision: str = "head", *, versions: Path | None = None) -> None:
    """Migrate the database at `url` (`postgresql://…`) up to `revision`; several callers at once are safe.

    Blocking, and starts an event loop of its own: call it through `asyncio.to_thread` from a coroutine.
    """
    _run("upgrade", service, url, versions, None, revision)


def downgrade(service: str, url: str, revision: str, *, versions: Path | None = None) -> None:
    """Migrate the database at `url` down to `revision` (`base` for all the way); blocking, like `upgrade`."""
    _run("downgrade", service, url, versions, None, revision)


def check(service: str, url: str, metadata: MetaData, *, versions: Path | None = None) -> None:
    """Raise alembic's CommandError when the migrated database differs from `metadata`; blocking, like `upgrade`."""
    _run("check", service, url, versions, metadata)


def revise(service: str, url: str, message: str, metadata: MetaData, *, versions: Path | None = None) -> None:
    """Write a new revision file from the difference between the database and `metadata`; blocking, like `upgrade`."""
    _run("revision", service, url, versions, metadata, message, True)


def head(service: str, *, versions: Path | None = None) -> str:
    """The newest revision in the folder, read without alembic (its import costs a third of a second).

    Raises RuntimeError when there is none or more than one.
    """
    revisions: set[str] = set()
    parents: set[str] = set()
    for path in (versions or versions_of(service)).glob("*.py"):
        for is_parent, revision in _REVISION.findall(path.read_text(encoding="utf-8")):
            if revision:
                (parents if is_parent else revisions).add(revision)
    heads = revisions - parents
    if len(heads) != 1:
        raise RuntimeError(f"{service}: one newest revision expected, found {sorted(heads) or 'none'}")
    return heads.pop()


async def is_current(service: str, url: str, *, versions: Path | None = None) -> bool:
    """Whether the database at `url` has the newest revision; raises OSError when it cannot be reached."""
    connection = await asyncpg.connect(url, timeout=2, command_timeout=2)
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close(timeout=2)
    return bool(found == head(service, versions=versions))


def _run(command: str, service: str, url: str, versions: Path | None, metadata: MetaData | None, *args: object) -> None:
    # Imported here, once, so that `is_current` does not pay for it at every start of a process.
    import alembic.command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(ini_section=service)
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(versions or versions_of(service)))
    config.attributes["url"] = url
    config.attributes["metadata"] = metadata
    with _one_at_a_time:
        getattr(alembic.command, command)(config, *args)
