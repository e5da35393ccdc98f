"""Files made to harm: each is refused with its own reason, and neither table nor store shows that it was ever sent."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PIL import Image

from services.enrollment.domain.papers import PaperKind
from services.enrollment.domain.phases import P1
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.picture_rules import REFUSALS
from tests.handlers.enrollment.story import Stage, applicant, key
from tests.support import pictures
from tests.support.pictures import SCRIPT

PORTRAIT, SCAN = PaperKind.PORTRAIT, PaperKind.EDUCATION_SCAN
MEGABYTE = 1024 * 1024


def _truncated(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def _scribbled(png: bytes) -> bytes:
    """The pixels of a PNG overwritten by chance."""
    at = png.index(b"IDAT") + 200
    return png[:at] + random.Random(3).randbytes(400) + png[at + 400 :]


def _half_empty(content: bytes) -> bytes:
    """A JPEG whose tables are gone."""
    at = content.index(b"\xff\xc4")
    length = int.from_bytes(content[at + 2 : at + 4], "big")
    return content[: at + 4] + b"\xff" * (length - 2) + content[at + 2 + length :]


def _png_with_size(width: int, height: int) -> bytes:
    png = pictures.scan("PNG")
    header = struct.pack(">II", width, height) + png[24:29]
    return png[:8] + pictures.chunk(b"IHDR", header) + png[33:]


def _webp_with_size(width: int, height: int) -> bytes:
    webp = pictures.encoded(pictures.drawn(640, 640), "WEBP", exif=pictures.exif())
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp[:24] + sizes + webp[30:]


HOSTILE: dict[str, tuple[PaperKind, Callable[[], bytes], str]] = {
    # Not a picture, whatever it is called.
    "nothing": (SCAN, lambda: b"", "FILE_EMPTY"),
    "one byte over 10 MB": (SCAN, lambda: pictures.scan() + bytes(10 * MEGABYTE), "FILE_TOO_LARGE"),
    "11 MB of chance": (PORTRAIT, lambda: random.Random(1).randbytes(11 * MEGABYTE), "FILE_TOO_LARGE"),
    "chance": (SCAN, lambda: random.Random(2).randbytes(200_000), "NOT_A_PICTURE"),
    "a program": (SCAN, lambda: b"MZ\x90\0" + bytes(4000), "NOT_A_PICTURE"),
    "a page": (SCAN, lambda: b"<!DOCTYPE html><html>" + SCRIPT, "SVG"),
    "an SVG with a script": (SCAN, lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", "SVG"),
    "an SVG behind a mark": (SCAN, lambda: b"\xef\xbb\xbf<?xml version='1.0'?><svg>" + SCRIPT + b"</svg>", "SVG"),
    "a PDF with a script": (SCAN, pictures.pdf, "PDF"),
    "a PDF behind a comment": (SCAN, lambda: b"%comment\n" + pictures.pdf(), "PDF"),
    "an archive": (SCAN, pictures.archive, "ARCHIVE"),
    "a GIF": (SCAN, lambda: pictures.encoded(pictures.drawn(640, 640, noise=False), "GIF"), "GIF"),
    "a GIF that moves": (PORTRAIT, lambda: pictures.animated("GIF"), "GIF"),
    "a GIF that is a program": (SCAN, lambda: b"GIF89a/*" + bytes(600) + b"*/=1;alert(1)", "GIF"),
    "a HEIC": (PORTRAIT, pictures.heic, "HEIC"),
    "a TIFF": (SCAN, lambda: pictures.encoded(pictures.drawn(640, 640, noise=False), "TIFF"), "TIFF"),
    "a BMP": (SCAN, lambda: pictures.encoded(pictures.drawn(640, 640, noise=False), "BMP"), "BMP"),
    "a PNG called a portrait": (PORTRAIT, lambda: pictures.encoded(pictures.drawn(600, 800), "PNG"), "NOT_JPEG"),
    # Too much inside.
    "a bomb of 169 million pixels": (SCAN, pictures.bomb, "TOO_MANY_PIXELS"),
    "a JPEG that claims 65 000 by 65 000": (
        *(PORTRAIT, lambda: pictures.claiming(pictures.portrait(), 65_000, 65_000)),
        "TOO_MANY_PIXELS",
    ),
    "a PNG that claims two milliards across": (SCAN, lambda: _png_with_size(2**31 - 1, 1), "TOO_MANY_PIXELS"),
    "a WebP with a huge canvas": (SCAN, lambda: _webp_with_size(16_000, 16_000), "TOO_MANY_PIXELS"),
    "a JPEG without height": (SCAN, lambda: pictures.claiming(pictures.scan(), 800, 0), "BROKEN"),
    "a JPEG of a thousand scans": (SCAN, lambda: pictures.scans_without_end(1000), "TOO_MANY_SCANS"),
    "a text that inflates": (
        SCAN,
        lambda: pictures.encoded(
            pictures.drawn(640, 640, noise=False), "PNG", pnginfo=pictures.texts(Comment="0" * 30 * MEGABYTE)
        ),
        "METADATA_TOO_LARGE",
    ),
    "more notes than pixels": (
        SCAN,
        lambda: pictures.scan()[:2] + pictures.segment(0xE5, bytes(65_000)) * 70 + pictures.scan()[2:],
        "METADATA_TOO_LARGE",
    ),
    # Too little.
    "a thumbnail": (SCAN, lambda: pictures.scan(width=599), "TOO_FEW_PIXELS"),
    "one pixel": (SCAN, lambda: pictures.encoded(Image.new("RGB", (1, 1)), "PNG"), "TOO_FEW_PIXELS"),
    "a portrait that weighs nothing": (PORTRAIT, lambda: pictures.scan(), "FILE_TOO_SMALL"),
    "a portrait lying down": (PORTRAIT, lambda: pictures.encoded(pictures.drawn(800, 600)), "NOT_UPRIGHT"),
    "a portrait on blue": (PORTRAIT, lambda: pictures.portrait("#438edb"), "GROUND_NOT_WHITE"),
    # Not whole.
    "half a JPEG": (PORTRAIT, lambda: _truncated(pictures.portrait(), 0.6), "TRUNCATED"),
    "a JPEG's head": (SCAN, lambda: pictures.scan()[:20], "TRUNCATED"),
    "half a JPEG with an end": (SCAN, lambda: _truncated(pictures.portrait(), 0.6) + b"\xff\xd9", "TRUNCATED"),
    "three bytes": (SCAN, lambda: b"\xff\xd8\xff", "TRUNCATED"),
    "half a PNG": (SCAN, lambda: _truncated(pictures.scan("PNG"), 0.5), "TRUNCATED"),
    "half a WebP": (SCAN, lambda: _truncated(pictures.scan("WEBP"), 0.5), "TRUNCATED"),
    "a PNG with other pixels": (SCAN, lambda: _scribbled(pictures.encoded(pictures.drawn(700, 700), "PNG")), "BROKEN"),
    "a JPEG without tables": (SCAN, lambda: _half_empty(pictures.scan()), "BROKEN"),
    "a JPEG that says another height": (
        *(SCAN, lambda: pictures.claiming(pictures.portrait(), 600, 6000)),
        "TRUNCATED",
    ),
    "an arithmetic JPEG": (SCAN, lambda: pictures.scan().replace(b"\xff\xc0", b"\xff\xc9", 1), "UNUSUAL_ENCODING"),
    # More than one picture.
    "a PNG that moves": (SCAN, lambda: pictures.animated("PNG"), "ANIMATED"),
    "a WebP that moves": (SCAN, lambda: pictures.animated("WEBP"), "ANIMATED"),
    # Something beside the picture.
    "a JPEG and a page": (PORTRAIT, lambda: pictures.portrait() + b"<html>" + SCRIPT + b"</html>", "DOCUMENT_INSIDE"),
    "a JPEG and a heading": (SCAN, lambda: pictures.scan() + b"<body onload=x>", "SCRIPT_INSIDE"),
    "a JPEG and an archive": (PORTRAIT, lambda: pictures.portrait() + pictures.archive(), "ARCHIVE_INSIDE"),
    "a PNG and an archive": (SCAN, lambda: pictures.scan("PNG") + pictures.archive(), "ARCHIVE_INSIDE"),
    "an archive in a comment": (
        *(SCAN, lambda: pictures.with_segment(pictures.scan(), 0xFE, pictures.archive())),
        "ARCHIVE_INSIDE",
    ),
    "a JPEG and a PDF": (SCAN, lambda: pictures.scan() + pictures.pdf(), "DOCUMENT_INSIDE"),
    "a JPEG and a film": (SCAN, lambda: pictures.scan() + b"\0\0\0\x18ftypmp42" + bytes(range(256)), "TRAILING_DATA"),
    "two JPEGs": (SCAN, lambda: pictures.scan() + pictures.scan(), "TRAILING_DATA"),
    "a PNG and a tail": (SCAN, lambda: pictures.scan("PNG") + b"tail", "TRAILING_DATA"),
    "a WebP and a tail": (SCAN, lambda: pictures.scan("WEBP") + b"tail", "TRAILING_DATA"),
    # Programs in what cameras note.
    "EXIF with a script": (
        *(PORTRAIT, lambda: pictures.encoded(pictures.drawn(600, 800), exif=pictures.exif(SCRIPT))),
        "SCRIPT_INSIDE",
    ),
    "EXIF with a script of two bytes a letter": (
        *(
            SCAN,
            lambda: pictures.encoded(pictures.drawn(700, 900), exif=pictures.exif(SCRIPT.decode().encode("utf-16"))),
        ),
        "SCRIPT_INSIDE",
    ),
    "a comment with PHP": (
        *(SCAN, lambda: pictures.with_segment(pictures.scan(), 0xFE, b"<?php system($_GET[0]); ?>")),
        "SCRIPT_INSIDE",
    ),
    "XMP with a frame": (
        *(SCAN, lambda: pictures.with_segment(pictures.scan(), 0xE1, b"<x:xmpmeta><iframe src=//x></iframe>")),
        "SCRIPT_INSIDE",
    ),
    "a compressed text with a script": (
        SCAN,
        lambda: pictures.encoded(
            pictures.drawn(640, 640, noise=False), "PNG", pnginfo=pictures.texts(Comment="x" * 300 + SCRIPT.decode())
        ),
        "SCRIPT_INSIDE",
    ),
    "a private chunk with a link": (
        *(SCAN, lambda: pictures.with_chunk(pictures.scan("PNG"), b"prVt", b"javascript:alert(1)")),
        "SCRIPT_INSIDE",
    ),
    "a WebP with a script": (
        *(SCAN, lambda: pictures.encoded(pictures.drawn(640, 640), "WEBP", xmp=SCRIPT)),
        "SCRIPT_INSIDE",
    ),
}


@dataclass(frozen=True)
class Draft:
    """Somebody with a draft, on a stage of their own."""

    stage: Stage
    person: Caller
    application_id: str

    async def upload(self, kind: PaperKind, content: bytes, *, accept: bool = False) -> None:
        await self.stage.papers.upload_paper(self.person, self.stage.cycle_id, kind, content, accept, key())

    async def everything(self) -> dict[str, object]:
        """What stands in every table a command writes, and in the store."""
        database, store = self.stage.database, self.stage.objects
        tables = ("application", "audit", "paper", "submission_paper", "discarded_object", "idempotency", "outbox")
        found: dict[str, object] = {
            table: [tuple(row) for row in await database.fetch(f"SELECT * FROM {table}")] for table in tables
        }
        found["objects"] = [each.key async for page in store.listed() for each in page]
        return found


@pytest.fixture(scope="module")
async def draft(database: Database) -> Draft:
    """One draft for all files: a refused file leaves it as it was."""
    stage = Stage(database)
    await stage.open()
    await stage.stand(P1)
    person = applicant()
    view = await stage.start(person)
    return Draft(stage, person, view.application_id)


@pytest.mark.parametrize("name", HOSTILE)
async def test_pap_09_a_hostile_file_is_refused_and_leaves_nothing(draft: Draft, name: str) -> None:
    """PAP-09: refused with its own reason; no row, no object, no version."""
    kind, make, reason = HOSTILE[name]
    before = await draft.everything()
    with pytest.raises(DomainError) as refusal:
        await draft.upload(kind, make())
    assert (refusal.value.reason, refusal.value.kind) == (reason, Kind.INVALID)
    assert refusal.value.rule == REFUSALS[reason][0]
    assert await draft.everything() == before


def test_there_are_thirty_files_and_more() -> None:
    assert len(HOSTILE) >= 50
    assert len({reason for _, _, reason in HOSTILE.values()}) >= 20


async def test_pap_09_good_files_pass_the_same_door(draft: Draft) -> None:
    """PAP-09: the walls are not so high that nobody gets in."""
    good = {
        "as a camera writes it": (PORTRAIT, pictures.portrait()),
        "on grey, all the same": (PORTRAIT, pictures.portrait("#b0b0b0")),
        "with a place": (SCAN, pictures.encoded(pictures.drawn(700, 900), exif=pictures.exif(b"holiday <3"))),
        "a PNG": (SCAN, pictures.scan("PNG")),
        "a WebP": (SCAN, pictures.scan("WEBP")),
        "progressive": (SCAN, pictures.encoded(pictures.drawn(700, 900), progressive=True)),
    }
    for kind, content in good.values():
        await draft.upload(kind, content, accept=True)
    kept = await draft.stage.paper_store.kept(draft.application_id)
    assert len(kept) == len(good) - 1, "a portrait replaced the other"
