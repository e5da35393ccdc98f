"""Templates compiled once for all starts: compiling one takes tens of milliseconds, in which nobody else is served."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class TemplateCode(FileSystemBytecodeCache):
    """Keeps what was compiled beside the templates, as Python does; where nothing can be written, nothing is kept.

    An entry counts only for the very text that it was compiled from.
    """

    def __init__(self, templates: Path) -> None:
        folder = templates / "__pycache__"
        with contextlib.suppress(OSError):  # installed read-only: what an image brings along is read all the same
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder), f"%s.{sys.implementation.cache_tag}.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` with what was kept, if anything was."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)
