"""Pictures drawn anew: what is kept of a file is its pixels, upright, in sRGB, as bare JPEG (PAP-03 to PAP-06).

Pure and slow (up to some seconds for the largest): called in a thread, a few at a time. A decoder sees a file once
`containers.opened` has found it to be a single, whole picture of a bearable size.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zlib
from contextlib import nullcontext
from dataclasses import dataclass, field

from PIL import Image, ImageCms, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from services.kit.containers import Container, opened
from services.kit.picture_rules import JPEG, MAX_BYTES, MAX_PIXELS, PNG, PORTRAIT_RATIO, WEBP, Limits, Warned, refused

MAX_KEPT = 3_500_000
"""Bytes of a picture as kept: it has to fit into an answer of 4 MB."""
PREVIEW = 480
"""Pixels on the long side of a preview."""
WHITE_VALUE, WHITE_SATURATION, WHITE_SHARE = 225, 30, 0.8
"""A pixel is white from this brightness on and up to this saturation (of 255); a ground by this share of them."""
_FILLING = 128
_LIGHT = 12_000_000
"""Pixels up to which a PNG or WebP is no burden; a JPEG is decoded at about the size it is kept in."""
_HEAVY = threading.Lock()
"""Of the others one is decoded at a time: the largest take half a gigabyte meanwhile."""
_MAX_PROFILE = 1024 * 1024
_QUALITIES = (88, 80, 70, 55)
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    JPEG: JpegImagePlugin.JpegImageFile,
    PNG: PngImagePlugin.PngImageFile,
    WEBP: WebPImagePlugin.WebPImageFile,
}
_BROKEN = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError, AttributeError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)
"""What decoders raise at bytes that are not what they say."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    content: bytes = field(repr=False)
    width: int
    height: int
    sha256: str
    """In hexadecimal, of `content`."""
    warnings: tuple[Warned, ...] = ()


def redrawn(rule: Limits, content: bytes) -> Picture:
    """PAP-05: a file within these limits, as it is kept. Raises INVALID with the first thing wrong with it."""
    if not content:
        raise refused("FILE_EMPTY")
    if len(content) > MAX_BYTES:
        raise refused("FILE_TOO_LARGE")
    found = opened(content)
    if found.media_type not in rule.media_types:
        raise refused("NOT_JPEG")
    if len(content) < rule.min_bytes:
        raise refused("FILE_TOO_SMALL")
    with _HEAVY if found.media_type != JPEG and found.width * found.height > _LIGHT else nullcontext():
        plain = _decoded(rule, found, content)
    warnings = _warnings(plain) if rule.upright else ()
    kept, size = _encoded(plain)
    return Picture(kept, *size, hashlib.sha256(kept).hexdigest(), warnings)


def _decoded(rule: Limits, found: Container, content: bytes) -> Image.Image:
    try:
        image = _READERS[found.media_type](io.BytesIO(content[: found.end]))
        if image.width * image.height > MAX_PIXELS:
            raise refused("TOO_MANY_PIXELS")
        if getattr(image, "n_frames", 1) != 1:
            raise refused("ANIMATED")
        turn = _turn(image)
        _check_size(rule, *_upright(image.size, turn))
        if found.media_type == JPEG:
            image.draft(image.mode, _fitted(image.size, rule.longest_kept))
        image.load()
        if found.media_type == JPEG:
            _check_whole(image)
        return _plain(image, rule.longest_kept, turn)
    except _BROKEN as error:
        raise refused("BROKEN") from error


def preview(content: bytes) -> bytes:
    """A kept picture, at most `PREVIEW` pixels on the long side."""
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(content))
    image.draft(image.mode, _fitted(image.size, PREVIEW))
    small = image.resize(_fitted(image.size, PREVIEW), Image.Resampling.LANCZOS)
    return _jpeg(small, 80)


def white_share(image: Image.Image) -> float:
    """PAP-06: how much of the top and the upper sides of a portrait is white: 0 to 1."""
    small = image.resize(_fitted(image.size, 200), Image.Resampling.BOX).convert("HSV")
    width, height = small.size
    side, top, half = max(1, width // 8), max(1, height // 10), height // 2
    strips = [(0, 0, width, top), (0, top, side, half), (width - side, top, width, half)]
    white = total = 0
    for strip in strips:
        part = small.crop(strip)
        _, saturation, value = part.split()
        bright = value.point(lambda level: 255 if level >= WHITE_VALUE else 0)
        pale = saturation.point(lambda level: 255 if level <= WHITE_SATURATION else 0)
        both = Image.composite(bright, Image.new("L", part.size), pale)
        white += both.histogram()[255]
        total += part.width * part.height
    return white / total


def _warnings(image: Image.Image) -> tuple[Warned, ...]:
    return () if white_share(image) >= WHITE_SHARE else (Warned.GROUND_NOT_WHITE,)


def _turn(image: ImageFile.ImageFile) -> Image.Transpose | None:
    """How a picture must be turned to stand upright; metadata that cannot be read says nothing."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return None


def _upright(size: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    sideways = (
        *(Image.Transpose.TRANSPOSE, Image.Transpose.TRANSVERSE),
        *(Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270),
    )
    return (size[1], size[0]) if turn in sideways else size


def _check_size(rule: Limits, width: int, height: int) -> None:
    """PAP-03: enough pixels, and a portrait in the proportion of one. Raises INVALID."""
    across, down = (width, height) if rule.upright else (min(width, height),) * 2
    if across < rule.min_width or down < rule.min_height:
        raise refused("TOO_FEW_PIXELS")
    if rule.upright and not PORTRAIT_RATIO[0] <= width / height <= PORTRAIT_RATIO[1]:
        raise refused("NOT_UPRIGHT")


def _check_whole(image: Image.Image) -> None:
    """PAP-04: a decoder paints what is missing of a JPEG in one grey, down to the last row. Raises INVALID."""
    width, height = image.size
    last = image.crop((0, height - max(4, height // 100), width, height)).convert("RGB")
    pixels = last.width * last.height
    if all(sum(band.histogram()[_FILLING - 2 : _FILLING + 3]) == pixels for band in last.split()):
        raise refused("TRUNCATED")


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain(image: ImageFile.ImageFile, longest: int, turn: Image.Transpose | None) -> Image.Image:
    """The pixels alone: sRGB on white, upright, bounded; nothing else of the file comes along."""
    profile = image.info.get("icc_profile")
    coloured = _opaque(image)
    small = coloured.resize(_fitted(coloured.size, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    plain = _srgb(small, profile)
    return plain.transpose(turn) if turn is not None else plain


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, grey or CMYK of 8 bits; what is transparent lies on white paper."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("RGB", "L", "CMYK"):
        return image
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image if image.mode == "RGBA" else image.convert("RGBA")
        paper = Image.new("RGB", clear.size, "white")
        paper.paste(clear, mask=clear)
        return paper
    return image.convert("L" if image.mode == "1" else "RGB")


def _srgb(image: Image.Image, profile: object) -> Image.Image:
    """In sRGB. A profile that is absent, broken, huge or for other colours than the picture's is not applied."""
    if isinstance(profile, bytes) and 128 < len(profile) <= _MAX_PROFILE:
        try:
            source = ImageCms.getOpenProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *_BROKEN):
            changed = None
        if changed is not None:
            return changed
    return image.convert("RGB")


def _encoded(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """As good as fits; made smaller in the end, so that some quality always does."""
    while True:
        for quality in _QUALITIES:
            content = _jpeg(image, quality)
            if len(content) <= MAX_KEPT:
                return content, image.size
        image = image.resize(_fitted(image.size, max(image.size) * 3 // 4), Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # Pillow would write a comment or profile that came with the picture again: nothing comes with this one.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    buffer = io.BytesIO()
    bare.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
