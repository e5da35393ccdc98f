"""The copy of an audit's seals outside its database: a file of lines, and the keys to trust beside it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.kit.audit_chain import CopiedSeal, copied_of, line_of
from services.kit.settings import Settings

_TAIL = 1 << 16


class CopyBroken(RuntimeError):
    """The copy ends in something that is no seal; the message names the file."""


class SealCopy:
    """`<folder>/<service>.jsonl`, a seal a line, only ever appended to; `<folder>/<service>.keys`, a key a line.

    Methods block, and hold a lock on the file while they write: several processes may share the folder.
    """

    def __init__(self, folder: Path, service: str) -> None:
        self.path = folder / f"{service}.jsonl"
        self.keys_path = folder / f"{service}.keys"

    def trust(self, public_key: str) -> None:
        """Write down that this key signs, unless it stands there."""
        with _locked(self.keys_path) as descriptor:
            if public_key not in self.trusted():
                os.write(descriptor, f"{public_key}\n".encode())
                os.fsync(descriptor)

    def trusted(self) -> frozenset[str]:
        """The public keys whose seals are trusted; empty when there is no such file."""
        if not self.keys_path.exists():
            return frozenset()
        return frozenset(self.keys_path.read_text(encoding="ascii").split())

    def last_number(self) -> int:
        """Number of the newest seal copied; 0 when there is none. Raises CopyBroken."""
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            length = min(end, _TAIL)
            while True:
                file.seek(end - length)
                lines = file.read(length).splitlines(keepends=True)
                # The first line read may be the end of a longer one.
                whole = lines if length == end else lines[1:]
                complete = [line for line in whole if line.endswith(b"\n")]
                if complete or length == end:
                    break
                length = min(end, length * 4)
        return self._number(complete[-1]) if complete else 0

    def append(self, copied: Sequence[CopiedSeal]) -> None:
        """Add seals, oldest first; those another process has added meanwhile are left out. Raises CopyBroken."""
        with _locked(self.path) as descriptor:
            self._drop_torn_line(descriptor)
            last = self.last_number()
            lines = [line_of(each) for each in copied if each.seal.number > last]
            if lines:
                rest = memoryview(("\n".join(lines) + "\n").encode())
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fsync(descriptor)

    def set_aside(self, epoch: int) -> Path | None:
        """OPS-42: begin another copy, for a database that begins `epoch` with seals that a backup has forgotten.

        Where the former one lies now, to be kept: what was sealed after the backup stands nowhere else; None when there
        was none.
        """
        if not self.path.exists():
            return None
        kept = self.path.with_name(f"{self.path.stem}.before-epoch-{epoch}.jsonl")
        with _locked(self.path):
            self.path.rename(kept)
        return kept

    def read(self) -> Iterator[CopiedSeal]:
        """All seals in the order of the file, a last line that is not whole left out. Raises CopyBroken."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield self._copied(line)

    def _drop_torn_line(self, descriptor: int) -> None:
        """Cut off what a process that died in the middle of a write has left; its seal is copied again."""
        size = os.fstat(descriptor).st_size
        with self.path.open("rb") as file:
            end = size
            while end > 0:
                begin = max(0, end - _TAIL)
                file.seek(begin)
                at = file.read(end - begin).rfind(b"\n")
                if at >= 0:
                    end = begin + at + 1
                    break
                end = begin
        if end < size:
            os.ftruncate(descriptor, end)

    def _number(self, line: bytes) -> int:
        return self._copied(line).seal.number

    def _copied(self, line: bytes) -> CopiedSeal:
        try:
            return copied_of(line.decode())
        except ValueError as error:
            raise CopyBroken(f"{self.path}: a line is no seal") from error


def copy_of(service: str, settings: Settings) -> SealCopy | None:
    """The copy the settings point at; None where seals leave the database as facts and log lines only."""
    folder = settings.seals_dir or (settings.data_dir / "seals" if settings.data_dir else None)
    return SealCopy(folder, service) if folder else None


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
