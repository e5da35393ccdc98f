"""Events of a stream, each made and packed once for all streams that carry it.

A packed stream is one gzip file without an end. Every event in it is deflated by itself and ends on a byte, so that the
same bytes fit into every stream, wherever it stands: a packer for each stream would cost thousands of pages a quarter
of a megabyte each, and the work over and over.
"""

from __future__ import annotations

import zlib

GZIP_BEGIN = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""The head of a gzip file (RFC 1952) that says nothing of its content."""
_WORTH_BYTES = 200
"""Shorter events are stored in the packed stream as they are."""
_LEVEL = 6


class Event:
    """One event: its kind, and lines of data."""

    __slots__ = ("_packed", "plain")

    def __init__(self, kind: str, *lines: str) -> None:
        self.plain = "".join([f"event: {kind}\n", *(f"data: {line}\n" for line in lines), "\n"]).encode()
        self._packed = b""

    def carried(self, packed: bool) -> bytes:
        """Its bytes in a stream."""
        if not packed:
            return self.plain
        if not self._packed:
            self._packed = pack(self.plain)
        return self._packed


def pack(text: bytes) -> bytes:
    """`text` as blocks of a deflate stream (RFC 1951) that begin and end on a byte and refer to nothing before."""
    if len(text) < _WORTH_BYTES:
        return b"\x00" + len(text).to_bytes(2, "little") + (len(text) ^ 0xFFFF).to_bytes(2, "little") + text
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)
