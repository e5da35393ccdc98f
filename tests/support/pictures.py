"""Pictures made by code: good ones, and files that only look like one."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

SCRIPT = b"<script>alert(1)</script>"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
GPS_LATITUDE = (36.0, 40.0, 12.345)


def drawn(width: int, height: int, ground: str = "white", *, noise: bool = True) -> Image.Image:
    """Head and shoulders on a plain ground; noise inside them makes the file as heavy as a photograph."""
    image = Image.new("RGB", (width, height), ground)
    head = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(head)
    draw.ellipse((width * 0.28, height * 0.2, width * 0.72, height * 0.7), fill=255)
    draw.rectangle((width * 0.15, height * 0.7, width * 0.85, height), fill=255)
    if noise:
        pixels = random.Random(7).randbytes(width * height * 3)
        image.paste(Image.frombytes("RGB", (width, height), pixels), mask=head)
    else:
        image.paste("brown", mask=head)
    return image


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    """The image as a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **({"quality": 90} if form == "JPEG" else {}) | options)
    return buffer.getvalue()


@cache
def portrait(ground: str = "white", width: int = 600, height: int = 800) -> bytes:
    """A portrait as a camera writes it."""
    return encoded(drawn(width, height, ground))


@cache
def scan(form: str = "JPEG", width: int = 800, height: int = 1000) -> bytes:
    """A certificate as a scanner writes it."""
    image = Image.new("RGB", (width, height), "ivory")
    draw = ImageDraw.Draw(image)
    for line in range(40, height - 40, 30):
        draw.line((40, line, width - 40 - line % 90, line), fill="black", width=2)
    return encoded(image, form)


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one segment more at its beginning."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


def exif(comment: bytes = b"", orientation: int = 1) -> bytes:
    """A camera's notes: make, place, time, a comment."""
    notes = Image.Exif()
    notes[0x010F] = "SecretCamera"
    notes[0x0112] = orientation
    notes.get_ifd(0x8825).update({1: "N", 2: GPS_LATITUDE, 3: "E", 4: (117.0, 1.0, 2.0)})
    if comment:
        notes.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + comment
    return notes.tobytes()


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """The PNG with one chunk more behind its header."""
    return png[:33] + chunk(name, body) + png[33:]


def bomb(width: int = 13_000, height: int = 13_000) -> bytes:
    """A small PNG that says, truly, that it has so many pixels."""
    deflate = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(deflate.compress(row) for _ in range(height)) + deflate.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """The JPEG whose frame says another size than it has."""
    at = next(at for marker in (b"\xff\xc0", b"\xff\xc2") if (at := jpeg.find(marker)) > 0)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def scans_without_end(count: int) -> bytes:
    """A progressive JPEG that goes on refining itself."""
    jpeg = encoded(drawn(640, 800, noise=False), progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[last:-2] * count + jpeg[-2:]


def archive() -> bytes:
    """A ZIP with a text in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("read.me", b"nothing to see")
    return buffer.getvalue()


def pdf() -> bytes:
    """A PDF that runs a script when it is opened."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def heic() -> bytes:
    """The beginning of a photograph as phones write it."""
    return struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0" + b"mif1heic" + bytes(4000)


def animated(form: str) -> bytes:
    """Two pictures in turn."""
    frames = [drawn(640, 640, colour, noise=False) for colour in ("white", "blue")]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def texts(**values: str) -> PngImagePlugin.PngInfo:
    """Texts for a PNG, compressed."""
    info = PngImagePlugin.PngInfo()
    for name, value in values.items():
        info.add_text(name, value, zip=True)
    return info


def profile() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
