"""Objects: named bytes in a folder (embedded stack, one machine) or in an S3 bucket, by URL.

An object is written once under its key and never changed; who wants other bytes writes another key. Nobody is ever
handed a URL to one: the service that owns an object answers for who sees it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from services.kit.domain import DomainError, Kind
from services.kit.environment import Unusable
from services.kit.metrics import OBJECTS_AWAY
from services.kit.settings import Settings
from services.kit.watch import Watch

if TYPE_CHECKING:
    from obstore.store import LocalStore, RetryConfig, S3Store

SECONDS = 10.0
"""How long one object may take."""
LOOK_SECONDS = 10.0
"""How often it is looked at whether the store is there."""
_PAGE = 500
_RETRY: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=SECONDS)}
"""An outage is told within the time one object may take."""


_REFUSED = {
    "401": "the object store refuses our credentials",
    "403": "the object store refuses our credentials",
    "404": "the bucket is missing",
}


class ObjectMissing(LookupError):
    """There is no object under this key."""


class NoPlaceForObjects(Unusable):
    """The settings name no place to keep objects in, or one that cannot be used; the process must not start."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in a listing."""

    key: str
    written_at: datetime
    """By the store's clock, aware UTC."""
    size: int


class ObjectStore:
    """A part that keeps objects at `url`: `file:///…` or `s3://bucket/prefix`.

    For S3 the credentials, region and endpoint are read from the environment (`AWS_ACCESS_KEY_ID`,
    `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, …) or from the machine's role.
    """

    name = "objects"

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder: Path | None = None
        self._store: LocalStore | S3Store | None = None

    async def start(self) -> None:
        """Open the store; a folder is made when it is absent. Raises NoPlaceForObjects for one that cannot be used."""
        self._folder, self._store = await asyncio.to_thread(_opened, self._url)

    async def stop(self) -> None:
        """Nothing is held open."""
        self._store = None

    def not_ready(self) -> str:
        """Empty once opened: while the store is away only what needs it is refused, everything else goes on.

        That it is away tells `object_watch`.
        """
        return "" if self._store is not None else "not opened"

    async def look(self) -> str:
        """Why nothing can be kept or read now, in words for the platform team; empty when all is well."""
        if self._folder is not None:
            if not self._folder.is_dir():
                return "the folder is missing"
            return "" if os.access(self._folder, os.R_OK | os.W_OK | os.X_OK) else "the folder may not be written"
        try:
            async with asyncio.timeout(SECONDS):
                return await self._look_at_bucket()
        except TimeoutError:
            return "the object store does not answer"

    async def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`; it is safe on the disk (or with the bucket) when this returns.

        Raises DomainError UNAVAILABLE, ValueError when the key is taken or malformed.
        """
        from obstore import put_async  # noqa: PLC0415  (a native library that few processes need)
        from obstore.exceptions import AlreadyExistsError  # noqa: PLC0415

        try:
            with _translated():
                await asyncio.wait_for(put_async(self._opened, _checked(key), content, mode="create"), SECONDS)
                if self._folder is not None:
                    await asyncio.to_thread(_settle, self._folder, self._folder / key)
        except (AlreadyExistsError, FileExistsError) as error:
            raise ValueError("there is an object under this key already") from error

    async def get(self, key: str) -> bytes:
        """The bytes under `key`. Raises ObjectMissing, DomainError UNAVAILABLE."""
        from obstore import get_async  # noqa: PLC0415

        async def whole() -> bytes:
            return bytes(await (await get_async(self._opened, _checked(key))).bytes_async())

        try:
            with _translated():
                return await asyncio.wait_for(whole(), SECONDS)
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    async def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything. Raises DomainError UNAVAILABLE."""
        from obstore import delete_async  # noqa: PLC0415

        try:
            with _translated():
                await asyncio.wait_for(delete_async(self._opened, _checked(key)), SECONDS)
        except FileNotFoundError:
            return

    async def listed(self, prefix: str = "") -> AsyncIterator[list[StoredObject]]:
        """Every object whose key begins with the folders of `prefix`, some hundred at a time, in no order.

        Raises DomainError UNAVAILABLE.
        """
        from obstore import list as list_objects  # noqa: PLC0415

        with _translated():
            pages = list_objects(self._opened, prefix=prefix or None, chunk_size=_PAGE)
            async for page in pages:
                yield [StoredObject(each["path"], each["last_modified"], each["size"]) for each in page]

    async def _look_at_bucket(self) -> str:
        from obstore import exceptions  # noqa: PLC0415
        from obstore import list as list_objects  # noqa: PLC0415

        try:
            # One page of a list: what is refused here is what the sweeping of old objects needs.
            async for _page in list_objects(self._opened, chunk_size=1):
                break
        except (exceptions.BaseError, OSError) as error:
            # The library tells the failure of a list apart by its words only.
            status = re.search(r"status code: (\d+)", str(error))
            return _REFUSED.get(status.group(1) if status else "", "the object store does not answer")
        return ""

    @property
    def _opened(self) -> LocalStore | S3Store:
        if self._store is None:
            raise _away()
        return self._store


def objects_of(service: str, settings: Settings) -> ObjectStore:
    """Where `service` keeps its objects: the settings' URL, else a folder in `data_dir`. Raises NoPlaceForObjects."""
    if settings.objects_url:
        return ObjectStore(settings.objects_url)
    if settings.data_dir is None:
        raise NoPlaceForObjects(f"{service} has no place for objects: set RESIDENCY_OBJECTS_URL")
    return ObjectStore((settings.data_dir / "objects" / service).absolute().as_uri())


def object_watch(store: ObjectStore) -> Watch:
    """The part that tells why `store` is away: the process does its other work without it."""
    return Watch("object store", store.look, LOOK_SECONDS, needed=False)


def _opened(url: str) -> tuple[Path | None, LocalStore | S3Store]:
    """The store, and its folder when it is one."""
    from obstore.store import LocalStore, S3Store  # noqa: PLC0415

    parts = urlsplit(url)
    try:
        if parts.scheme == "file" and parts.path:
            folder = _made(Path(unquote(parts.path)))
            return folder, LocalStore(str(folder))
        if parts.scheme == "s3" and parts.netloc:
            prefix = parts.path.strip("/") or None
            return None, S3Store(parts.netloc, prefix=prefix, retry_config=_RETRY)
    except Exception as error:
        raise NoPlaceForObjects(f"cannot keep objects there ({type(error).__name__})") from error
    raise NoPlaceForObjects("RESIDENCY_OBJECTS_URL is neither file:///folder nor s3://bucket/prefix")


def _settle(root: Path, path: Path) -> None:
    """Have the disk keep the file, its name, and the folders that lead to it."""
    while True:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == root:
            return
        path = path.parent


def _made(path: Path) -> Path:
    """A folder that only its owner may enter."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def _checked(key: str) -> str:
    """The key when it is one: folders and a name of letters, digits and hyphens, so that it means one place only."""
    if not key or not all(part and part.replace("-", "").isalnum() and part.isascii() for part in key.split("/")):
        raise ValueError("malformed key of an object")
    return key


@contextmanager
def _translated() -> Iterator[None]:
    """What is not about this one key is told as an outage: never a path, a bucket or a host."""
    from obstore.exceptions import AlreadyExistsError, BaseError  # noqa: PLC0415

    try:
        yield
    except (AlreadyExistsError, FileExistsError, FileNotFoundError):
        raise
    except (BaseError, OSError, TimeoutError) as error:
        raise _away() from error


def _away() -> DomainError:
    OBJECTS_AWAY.inc()
    return DomainError(Kind.UNAVAILABLE, "OBJECTS_AWAY", "文件存储暂时不可用，请稍后再试。")
