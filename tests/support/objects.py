"""An object store in a folder that goes with it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from services.kit.objects import ObjectStore


class _Folder(ObjectStore):
    """Keeps its temporary folder alive as long as itself."""

    def __init__(self) -> None:
        self._kept = tempfile.TemporaryDirectory(prefix="objects-")
        super().__init__(Path(self._kept.name).as_uri())


def folder_of_objects() -> ObjectStore:
    """A fresh store, still to be started."""
    return _Folder()
