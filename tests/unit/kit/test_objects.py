"""Objects in a folder: written once, found again, gone when told; an outage is told as one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.kit.domain import DomainError, Kind
from services.kit.objects import NoPlaceForObjects, ObjectMissing, ObjectStore, objects_of
from services.kit.settings import Settings
from services.kit.vault import SealBroken
from tests.support.bucket import bucket
from tests.support.vaults import NEXT, VAULT


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ObjectStore]:
    store = ObjectStore((tmp_path / "a folder" / "objects").as_uri())
    assert store.not_ready()
    await store.start()
    assert store.not_ready() == ""
    yield store
    await store.stop()


async def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return sorted([each.key async for page in store.listed(prefix) for each in page])


async def test_an_object_is_written_once(store: ObjectStore) -> None:
    await store.put("papers/one/a", b"first")
    with pytest.raises(ValueError, match="already"):
        await store.put("papers/one/a", b"second")
    assert await store.get("papers/one/a") == b"first"
    await store.delete("papers/one/a")
    await store.delete("papers/one/a")
    with pytest.raises(ObjectMissing):
        await store.get("papers/one/a")
    await store.put("papers/one/a", b"third")


async def test_objects_are_listed_by_folder(store: ObjectStore) -> None:
    for key in ("papers/one/a", "papers/one/b", "papers/two/a", "lists/a"):
        await store.put(key, b"1234")
    assert await keys(store) == ["lists/a", "papers/one/a", "papers/one/b", "papers/two/a"]
    assert await keys(store, "papers/one") == ["papers/one/a", "papers/one/b"]
    assert await keys(store, "nothing") == []
    [[found]] = [page async for page in store.listed("lists")]
    assert found.size == 4
    assert abs(datetime.now(UTC) - found.written_at) < timedelta(minutes=1)


@pytest.mark.parametrize("key", ["", "/", "../up", "a/../../up", "a//b", "/etc/passwd", "a/\0", "a b", "名", "a/b.jpg"])
async def test_a_key_is_one_place_only(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        await store.put(key, b"")
    with pytest.raises(ValueError, match="malformed"):
        await store.get(key)


async def test_only_the_owner_enters_the_folder(store: ObjectStore, tmp_path: Path) -> None:
    assert (tmp_path / "a folder" / "objects").stat().st_mode & 0o077 == 0


async def test_an_outage_is_told_without_saying_where(store: ObjectStore, tmp_path: Path) -> None:
    """The folder turns into something else; nothing of its path is told."""
    await store.put("papers/one/a", b"first")
    shutil.rmtree(tmp_path / "a folder" / "objects")
    (tmp_path / "a folder" / "objects").write_text("")
    for call in (store.put("papers/one/b", b""), store.get("papers/one/a"), store.delete("papers/one/a")):
        with pytest.raises(DomainError) as refusal:
            await call
        assert (refusal.value.kind, refusal.value.reason) == (Kind.UNAVAILABLE, "OBJECTS_AWAY")
        assert "folder" not in str(refusal.value)
    (tmp_path / "a folder" / "objects").unlink()


async def test_a_store_that_was_not_started_is_away() -> None:
    with pytest.raises(DomainError, match="OBJECTS_AWAY"):
        await ObjectStore("s3://bucket/prefix").get("a/b")


async def test_a_bucket_keeps_objects_like_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its URL, below its prefix; nothing is asked of it before it is needed, and an outage is told as one."""
    with bucket() as (endpoint, behind):
        settings = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x", "ALLOW_HTTP": "true"}
        for name, value in {**settings, "ENDPOINT_URL": endpoint}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        store = ObjectStore("s3://files/enrollment")
        await store.start()
        assert store.not_ready() == ""
        for key in ("papers/one/a", "papers/two/a"):
            await store.put(key, b"first")
        assert set(behind.objects) == {"enrollment/papers/one/a", "enrollment/papers/two/a"}
        with pytest.raises(ValueError, match="already"):
            await store.put("papers/one/a", b"second")
        assert await store.get("papers/one/a") == b"first"
        assert await keys(store, "papers") == ["papers/one/a", "papers/two/a"]
        await store.delete("papers/one/a")
        await store.delete("papers/one/a")
        with pytest.raises(ObjectMissing):
            await store.get("papers/one/a")
        behind.away.set()
        for call in (store.put("papers/one/b", b""), store.get("papers/two/a"), keys(store)):
            with pytest.raises(DomainError, match="OBJECTS_AWAY"):
                await call


@pytest.mark.parametrize("url", ["ftp://host/folder", "/var/objects", "s3:///prefix", "file://", "http://bucket"])
async def test_a_place_that_is_none_is_refused_by_name(url: str) -> None:
    with pytest.raises(NoPlaceForObjects, match="RESIDENCY_OBJECTS_URL"):
        await ObjectStore(url).start()


async def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoPlaceForObjects, match="cannot keep objects"):
        await ObjectStore((tmp_path / "file" / "folder").as_uri()).start()


async def test_the_settings_name_the_place(tmp_path: Path) -> None:
    """A URL, else a folder of the service's own in the data directory, else nothing."""
    store = objects_of("enrollment", Settings(data_dir=tmp_path))
    await store.start()
    await store.put("a", b"")
    assert (tmp_path / "objects" / "enrollment" / "a").is_file()
    elsewhere = objects_of("enrollment", Settings(data_dir=tmp_path, objects_url=(tmp_path / "other").as_uri()))
    await elsewhere.start()
    assert (tmp_path / "other").is_dir()
    with pytest.raises(NoPlaceForObjects, match="RESIDENCY_OBJECTS_URL"):
        objects_of("enrollment", Settings())


def test_bytes_are_sealed_for_one_key_only() -> None:
    """Any bytes, bound to their record; a newer key still opens what an older one sealed."""
    content = bytes(range(256)) * 10
    sealed = VAULT.seal_bytes(content, "object/a")
    assert content not in sealed
    assert VAULT.open_bytes(sealed, "object/a") == NEXT.open_bytes(sealed, "object/a") == content
    with pytest.raises(SealBroken):
        VAULT.open_bytes(sealed, "object/b")
    with pytest.raises(SealBroken):
        VAULT.open_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]), "object/a")
    with pytest.raises(SealBroken):
        VAULT.open_bytes(b"", "object/a")
