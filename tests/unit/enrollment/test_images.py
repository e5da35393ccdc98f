"""PAP-01 to PAP-06 on pictures made by code: what is taken, what is refused, and what is left of what was sent."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw

from services.enrollment.domain import fields
from services.enrollment.domain.papers import RULES, PaperKind
from services.kit import pictures as drawing
from services.kit.containers import opened
from services.kit.domain import DomainError
from services.kit.picture_rules import MAX_KEPT_BYTES, MAX_PAPERS, REFUSALS, Warned, check_number, check_weight
from services.kit.pictures import MAX_KEPT, PREVIEW, Picture, preview, white_share
from tests.support import pictures

PORTRAIT, SCAN = PaperKind.PORTRAIT, PaperKind.EDUCATION_SCAN


def redrawn(kind: PaperKind, content: bytes) -> Picture:
    """A file sent as this kind."""
    return drawing.redrawn(RULES[kind].limits, content)


def reopened(picture: Picture) -> Image.Image:
    """What is kept, as anybody would read it."""
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image


def test_pap_01_the_kinds_are_the_dossiers() -> None:
    """PAP-01: each paper field of the dossier has its rule, under its section and its label."""
    assert {kind.value for kind in RULES} == set(fields.PAPER_KINDS)
    for kind, rule in RULES.items():
        definition = fields.BY_SECTION[rule.section]
        assert kind.value in {field.key for field in definition.fields}


@pytest.mark.parametrize(("form", "kind"), [("JPEG", SCAN), ("PNG", SCAN), ("WEBP", SCAN)])
def test_pap_01_a_scan_is_kept_as_jpeg(form: str, kind: PaperKind) -> None:
    """PAP-01: JPEG, PNG and WebP; kept as bare JPEG."""
    kept = redrawn(kind, pictures.scan(form))
    image = reopened(kept)
    assert (
        (image.format, image.mode, image.size)
        == ("JPEG", "RGB", (kept.width, kept.height))
        == (*("JPEG", "RGB", (800, 1000)),)
    )
    assert kept.warnings == ()


def test_pap_02_a_portrait_has_150_kilobytes_to_10_megabytes() -> None:
    """PAP-02: both bounds."""
    assert redrawn(PORTRAIT, pictures.portrait()).warnings == ()
    light = pictures.encoded(pictures.drawn(600, 800, noise=False))
    assert len(light) < 150 * 1024
    with pytest.raises(DomainError, match="FILE_TOO_SMALL"):
        redrawn(PORTRAIT, light)
    with pytest.raises(DomainError, match="FILE_TOO_LARGE"):
        redrawn(PORTRAIT, pictures.portrait() + bytes(10 * 1024 * 1024))


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (800, 600, "NOT_UPRIGHT"),
        (600, 1100, "NOT_UPRIGHT"),
        (700, 800, "NOT_UPRIGHT"),
        (290, 1000, "TOO_FEW_PIXELS"),
    ],
)
def test_pap_03_a_portrait_stands_upright(width: int, height: int, reason: str) -> None:
    """PAP-03: at least 295 by 413, between 0.6 and 0.85 wide."""
    noisy = Image.effect_noise((width, height), 100).convert("RGB")
    with pytest.raises(DomainError, match=reason):
        redrawn(PORTRAIT, pictures.encoded(noisy, quality=98))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pap_05_a_picture_is_kept_upright(orientation: int) -> None:
    """PAP-05: a camera held sideways says so in its notes: the pixels are turned, the notes dropped."""
    image = pictures.drawn(600, 800)
    ImageDraw.Draw(image).rectangle((0, 0, 60, 60), fill="red")
    wanted = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = image.transpose(Image.Transpose(wanted[orientation])) if orientation in wanted else image
    if orientation in (3, 2, 4):
        assert stored.size == image.size
    kept = redrawn(PORTRAIT, pictures.encoded(stored, exif=pictures.exif(orientation=orientation)))
    red = reopened(kept).getpixel((30, 30))
    assert (kept.width, kept.height) == (600, 800)
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 60
    assert 0x0112 not in reopened(kept).getexif()


def test_pap_05_nothing_but_pixels_is_kept() -> None:
    """PAP-05: place, camera, comments, profiles, text: gone, whatever the form."""
    secrets = [b"SecretCamera", b"SecretComment", b"SecretText", b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com"]
    jpeg = pictures.encoded(
        pictures.drawn(700, 900), exif=pictures.exif(b"SecretComment"), icc_profile=pictures.profile()
    )
    jpeg = pictures.with_segment(jpeg, 0xFE, b"SecretComment")
    jpeg = pictures.with_segment(jpeg, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SecretText</x:xmpmeta>")
    png = pictures.encoded(
        *(pictures.drawn(700, 900, noise=False), "PNG"),
        pnginfo=pictures.texts(Comment="SecretText"),
        exif=pictures.exif(),
    )
    webp = pictures.encoded(pictures.drawn(700, 900), "WEBP", exif=pictures.exif(b"SecretComment"), xmp=b"SecretText")
    for sent in (jpeg, png, webp):
        assert opened(sent).texts
        kept = redrawn(SCAN, sent)
        assert [secret for secret in secrets if secret in kept.content] == []
        assert not set(reopened(kept).info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not opened(kept.content).texts[1:], "the JFIF header alone"


@pytest.mark.parametrize(
    "image",
    [
        pictures.drawn(640, 800, noise=False).convert("CMYK"),
        pictures.drawn(640, 800, noise=False).convert("L"),
    ],
    ids=["CMYK", "grey"],
)
def test_pap_05_colours_become_srgb(image: Image.Image) -> None:
    """PAP-05: whatever the colours were stored as."""
    picture = reopened(redrawn(SCAN, pictures.encoded(image)))
    corner = picture.getpixel((5, 5))
    assert picture.mode == "RGB"
    assert isinstance(corner, tuple)
    assert min(corner) > 240


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16"])
def test_pap_05_a_png_of_any_depth_lies_on_white(mode: str) -> None:
    """PAP-05: palettes, 16 bits, transparency."""
    if mode == "I;16":
        image = Image.new("I;16", (700, 900), 60_000)
    elif mode == "RGBA":
        image = Image.new("RGBA", (700, 900), (0, 0, 0, 0))
    elif mode == "LA":
        image = Image.new("LA", (700, 900), (0, 0))
    else:
        image = Image.new("RGB", (700, 900), "white").convert(mode)
    corner = reopened(redrawn(SCAN, pictures.encoded(image, "PNG"))).getpixel((5, 5))
    assert isinstance(corner, tuple)
    assert min(corner) > 225


@pytest.mark.parametrize("profile", [b"", b"x" * 200, pictures.profile()[:300], b"\0" * 4000])
def test_pap_05_a_profile_that_is_none_is_not_applied(profile: bytes) -> None:
    """PAP-05: oddities of colour never cost a picture."""
    sent = pictures.encoded(pictures.drawn(640, 800), icc_profile=profile)
    assert redrawn(SCAN, sent).width == 640


def test_pap_05_a_large_picture_is_drawn_smaller_and_always_fits() -> None:
    """PAP-05: pure noise of eight million pixels still fits into an answer."""
    sent = pictures.encoded(Image.effect_noise((2400, 3200), 120), quality=60)
    kept = redrawn(SCAN, sent)
    assert max(kept.width, kept.height) <= RULES[SCAN].limits.longest_kept
    assert len(kept.content) <= MAX_KEPT
    small = Image.open(io.BytesIO(preview(kept.content)))
    assert max(small.size) == PREVIEW


def test_pap_05_the_largest_that_is_let_in_is_drawn_as_any_other() -> None:
    """PAP-05: forty million pixels."""
    sent = pictures.encoded(Image.new("RGB", (8000, 5000), "ivory"), quality=60)
    assert redrawn(SCAN, sent).width == RULES[SCAN].limits.longest_kept


@pytest.mark.parametrize(
    ("ground", "white"),
    [
        *(("white", True), ("#f0f0f0", True), ("#e4e4e6", True)),
        *(("#438edb", False), ("red", False), ("cream", False), ("#b0b0b0", False), ("black", False)),
    ],
)
def test_pap_06_a_ground_that_is_not_white_is_warned_of(ground: str, white: bool) -> None:
    """PAP-06: the upper edge and the upper sides, whatever stands in front."""
    image = pictures.drawn(450, 600, "#fffdd0" if ground == "cream" else ground)
    assert (white_share(image) >= 0.8) is white
    sent = pictures.portrait("#fffdd0" if ground == "cream" else ground)
    assert redrawn(PORTRAIT, sent).warnings == (() if white else (Warned.GROUND_NOT_WHITE,))


def test_pap_04_what_a_camera_appends_is_dropped() -> None:
    """PAP-04: filling, a gain map that was announced, one maker's trailer: taken, and not kept."""
    good = pictures.scan()
    announced = pictures.with_segment(good, 0xE2, b"MPF\0" + bytes(40))
    for sent in (good + bytes(4096), announced + pictures.scan(width=700), good + b"SEFH" + bytes(30) + b"SEFT"):
        kept = redrawn(SCAN, sent)
        assert (kept.width, kept.height) == (800, 1000)
        assert opened(kept.content).end == len(kept.content)


def test_pap_04_whatever_happened_to_a_file_it_is_refused_or_drawn_anew() -> None:
    """PAP-04: bytes changed, lost and added by chance: never another failure."""
    small = pictures.drawn(620, 620, noise=False)
    good = [
        pictures.encoded(small, exif=pictures.exif(b"note"), icc_profile=pictures.profile()),
        pictures.encoded(small, progressive=True),
        pictures.encoded(small, "PNG", pnginfo=pictures.texts(Comment="note")),
        pictures.encoded(small, "WEBP", exif=pictures.exif()),
        pictures.encoded(small.convert("CMYK")),
    ]
    chance, reasons = random.Random(11), set()
    for _ in range(300):
        sent = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 4, 16))):
            at = chance.randrange(min(len(sent), chance.choice((60, 600, len(sent)))))
            sent[at : at + chance.choice((0, 1, 1, 30))] = chance.randbytes(chance.choice((0, 1, 1, 20)))
        try:
            redrawn(SCAN, bytes(sent))
        except DomainError as refusal:
            reasons.add(refusal.reason)
    assert {"BROKEN", "TRUNCATED"} <= reasons
    assert reasons <= set(REFUSALS)


def test_pap_10_pictures_are_counted_and_weighed() -> None:
    """PAP-10: of a kind, of an application, in bytes."""
    rule = RULES[SCAN]
    check_number(rule, rule.max_papers - 1, MAX_PAPERS - 1)
    check_weight(MAX_KEPT_BYTES)
    with pytest.raises(DomainError, match="TOO_MANY_OF_KIND"):
        check_number(rule, rule.max_papers, 12)
    with pytest.raises(DomainError, match="TOO_MANY_PAPERS"):
        check_number(rule, 0, MAX_PAPERS)
    with pytest.raises(DomainError, match="TOO_MANY_BYTES"):
        check_weight(MAX_KEPT_BYTES + 1)


def test_every_refusal_says_what_to_do() -> None:
    """PAP-01 to PAP-10: a rule and a sentence each."""
    for rule, sentence in REFUSALS.values():
        assert rule.startswith("PAP-")
        assert sentence.endswith("。")
