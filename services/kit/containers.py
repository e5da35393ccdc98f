"""What a picture file is by its bytes, how large it says it is, where it ends, and what stands beside its pixels.

Nothing is decoded here: this is what must be right before a decoder sees a byte (PAP-01, PAP-03, PAP-04).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from services.kit.picture_rules import JPEG, MAX_PIXELS, PNG, WEBP, check_text, refused

MAX_SCANS = 64
"""A progressive JPEG that refines itself more often only costs time."""
MAX_METADATA = 4 * 1024 * 1024
MAX_INFLATED = 1024 * 1024
"""A compressed text that grows beyond this is a bomb."""

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
    (b"PK\3\4", "ARCHIVE"),
    (b"PK\5\6", "ARCHIVE"),
    (b"Rar!", "ARCHIVE"),
    (b"7z\xbc\xaf", "ARCHIVE"),
    (b"\x1f\x8b", "ARCHIVE"),
    (b"\xd0\xcf\x11\xe0", "ARCHIVE"),
)
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
# Baseline, extended and progressive with Huffman coding: what cameras write and the decoder was built for.
_PLAIN_FRAMES = {0xC0, 0xC1, 0xC2}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Long enough not to turn up among ten million bytes of pixels by chance.
_DOCUMENTS = re.compile(rb"%PDF-1\.|%PDF-2\.|<script[\s>]|<!doctype\s|<iframe[\s>]|javascript:", re.IGNORECASE)
_ARCHIVE = re.compile(rb"PK\x03\x04[\x00-\x3f]\x00")
_SAMSUNG = b"SEFT"


@dataclass
class Container:
    """A picture file as its structure tells it."""

    media_type: str
    width: int = 0
    height: int = 0
    end: int = 0
    """Where the picture ends."""
    texts: list[bytes] = field(default_factory=list)
    """Metadata, comments, profiles, unknown parts: everything that is no pixel."""
    many: bool = False
    """A camera announced more pictures behind the first."""


def opened(content: bytes) -> Container:
    """The structure of a single, whole, unarmed picture. Raises INVALID saying which it is not."""
    media_type = _media_type(content)
    found = {JPEG: _jpeg, PNG: _png, WEBP: _webp}[media_type](content)
    if not found.width or not found.height:
        raise refused("BROKEN")
    if found.width * found.height > MAX_PIXELS:
        raise refused("TOO_MANY_PIXELS")
    if sum(map(len, found.texts)) > MAX_METADATA:
        raise refused("METADATA_TOO_LARGE")
    if any(map(_ARCHIVE.search, found.texts)):
        raise refused("ARCHIVE_INSIDE")
    check_text(found.texts)
    _check_beside(content, found)
    return found


def _media_type(content: bytes) -> str:
    """PAP-01: by content; the name and type that came with a file are never looked at."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(_PNG_HEAD):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise refused("HEIC")
    for head, reason in _OTHERS:
        if content.startswith(head):
            raise refused(reason)
    text = content[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if b"%PDF-" in content[:1024]:
        raise refused("PDF")
    raise refused("SVG" if text.startswith(b"<") else "NOT_A_PICTURE")


def _check_beside(content: bytes, found: Container) -> None:
    """PAP-04: a file is this picture and nothing else besides.

    Behind the end there may be filling, the smaller pictures a camera announced, or what one maker's phones append.
    """
    if _is_archive(content):
        raise refused("ARCHIVE_INSIDE")
    if _DOCUMENTS.search(content):
        raise refused("DOCUMENT_INSIDE")
    rest = content[found.end :]
    check_text([rest])
    if not rest.strip(b"\0\xff\r\n \x1a"):
        return
    if found.media_type == JPEG and (rest.endswith(_SAMSUNG) or (found.many and rest.startswith(b"\xff\xd8\xff"))):
        return
    raise refused("TRAILING_DATA")


def _is_archive(content: bytes) -> bool:
    """Whether a ZIP program would open the file; the mark alone turns up among pixels now and then."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        return False


def _jpeg(content: bytes) -> Container:
    found = Container(JPEG)
    position, scans, size = 2, 0, len(content)
    while True:
        if position + 2 > size:
            raise refused("TRUNCATED")
        if content[position] != 0xFF:
            raise refused("BROKEN")
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xD9:
            found.end = position + 2
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            raise refused("BROKEN")
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        body = content[position + 4 : position + 2 + length]
        position += 2 + length
        if length < 2 or position > size:
            raise refused("TRUNCATED" if position > size else "BROKEN")
        if 0xE0 <= marker <= 0xEF or marker == 0xFE:
            found.texts.append(body)
            found.many = found.many or (marker == 0xE2 and body.startswith(b"MPF\0"))
        elif marker in _FRAMES:
            _frame(found, marker, body)
        elif marker == 0xDA:
            scans += 1
            following = _NEXT_MARKER.search(content, position)
            if following is None:
                raise refused("TRUNCATED")
            position = following.start()
    if scans > MAX_SCANS:
        raise refused("TOO_MANY_SCANS")
    if not scans:
        raise refused("BROKEN")
    return found


def _frame(found: Container, marker: int, body: bytes) -> None:
    if marker not in _PLAIN_FRAMES or body[:1] != b"\x08":
        raise refused("UNUSUAL_ENCODING")
    if found.width or len(body) < 6:
        raise refused("BROKEN")
    found.height, found.width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")


def _png(content: bytes) -> Container:
    found = Container(PNG)
    position, pixels = len(_PNG_HEAD), False
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        name = content[position + 4 : position + 8]
        body = content[position + 8 : position + 8 + length]
        position += 12 + length
        if position > len(content):
            break
        if zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(content[position - 4 : position], "big"):
            raise refused("BROKEN")
        if not name.isalpha() or (name == b"IHDR") != (found.width == 0 and not pixels):
            raise refused("BROKEN")
        match name:
            case b"IHDR":
                found.width, found.height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
                if length != 13 or not found.width:
                    raise refused("BROKEN")
            case b"IDAT":
                pixels = True
            case b"IEND":
                if not pixels:
                    raise refused("BROKEN")
                found.end = position
                return found
            case b"acTL" | b"fcTL" | b"fdAT":
                raise refused("ANIMATED")
            case b"zTXt" | b"iTXt" | b"iCCP":
                found.texts += [body, *_inflated(body)]
            case _:
                found.texts.append(body)
    raise refused("TRUNCATED")


def _inflated(body: bytes) -> list[bytes]:
    """What is compressed in a text of a PNG; several places may begin it, by its sort."""
    found = []
    for start in {at.end() - 2 for at in re.finditer(rb"\0\0?\x78[\x01\x5e\x9c\xda]", body[:512])}:
        inflater = zlib.decompressobj()
        try:
            found.append(inflater.decompress(body[start:], MAX_INFLATED))
        except zlib.error:
            continue
        if inflater.unconsumed_tail:
            raise refused("METADATA_TOO_LARGE")
    return found


def _webp(content: bytes) -> Container:
    found = Container(WEBP)
    found.end = 8 + int.from_bytes(content[4:8], "little")
    if found.end > len(content):
        raise refused("TRUNCATED")
    position, pixels = 12, 0
    while position + 8 <= found.end:
        name, length = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        body = content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
        if position > found.end + 1:
            raise refused("TRUNCATED")
        match name:
            case b"ANIM" | b"ANMF":
                raise refused("ANIMATED")
            case b"VP8X":
                if body[:1] and body[0] & 0x02:
                    raise refused("ANIMATED")
                size = int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
                _largest(found, *size)
            case b"VP8 ":
                pixels += 1
                width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
                _largest(found, width & 0x3FFF, height & 0x3FFF)
            case b"VP8L":
                pixels += 1
                bits = int.from_bytes(body[1:5], "little")
                _largest(found, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
            case b"ALPH":
                continue
            case _:
                found.texts.append(body)
    if pixels != 1:
        raise refused("BROKEN")
    return found


def _largest(found: Container, width: int, height: int) -> None:
    """Canvas and bitstream each name a size: the larger one is what is feared."""
    found.width, found.height = max(found.width, width), max(found.height, height)
