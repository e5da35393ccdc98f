"""What a picture that belongs to a form must be like, and every way in which one is refused (PAP-02, PAP-04, PAP-10).

Pictures only: a PDF may run scripts and cannot be drawn anew, so a certificate is photographed or scanned as a picture.
Which kinds there are is said by who owns the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from services.kit.domain import DomainError, Kind
from services.kit.forms import Field, FormSection

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""A picture that says it is larger is refused before anything of it is decoded."""
UPLOADS_AN_HOUR = 30
MAX_PAPERS = 30
"""Pictures of one record that are kept at once, those that only frozen copies still show included."""
MAX_KEPT_BYTES = 100 * 1024 * 1024
"""What all of them may weigh."""
MESSAGE_BYTES = 12 * 1024 * 1024
"""How large a request may be: a file of 10 MB and what stands around it, so that a larger one is told so itself."""
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PICTURES = (JPEG, PNG, WEBP)
PORTRAIT_RATIO = (0.6, 0.85)
"""Width by height of a portrait, both included: 1 inch (295 × 413) and the 3 : 4 of a phone lie between."""
PORTRAIT_HINT = "本人近期彩色免冠证件照，白底，头部占照片的2/3；JPG 格式，150KB~10MB，不小于 295×413 像素，竖幅。"
SCAN_HINT = "拍照或扫描，JPG、PNG 或 WebP 图片，不超过 10MB，短边不少于 600 像素；不接收 PDF。"


class Warned(StrEnum):
    """What a person may overrule; who looks at the picture decides."""

    GROUND_NOT_WHITE = "GROUND_NOT_WHITE"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture must be like."""

    media_types: tuple[str, ...]
    min_bytes: int
    min_width: int
    """Pixels across once upright (portrait), or on the short side (scans)."""
    min_height: int
    """Pixels down once upright (portrait), or on the short side (scans)."""
    longest_kept: int
    """Pixels on the long side as kept; what is larger is drawn smaller."""
    upright: bool = False
    """Whether it is a portrait: in the proportion of one, on a white ground."""


PORTRAIT = Limits((JPEG,), 150 * 1024, 295, 413, 1600, upright=True)
SCAN = Limits(PICTURES, 1, 600, 600, 2800)

Kind_ = TypeVar("Kind_", bound=StrEnum)
Section_ = TypeVar("Section_", bound=StrEnum)


class Numbered(Protocol):
    """How many of a kind there may be."""

    @property
    def max_papers(self) -> int:
        """At most so many."""
        ...


@dataclass(frozen=True)
class PaperRule(Generic[Kind_, Section_]):
    """What may be sent as one kind of paper, which is a field of a section of a form."""

    kind: Kind_
    section: Section_
    """Adding or removing a picture is an edit of this section."""
    label: str
    label_en: str
    limits: Limits
    max_papers: int
    hint: str


def field_of(definitions: Iterable[FormSection], kind: str) -> tuple[str, Field]:
    """The section and the field of a kind of paper. Raises LookupError when the form has none."""
    for definition in definitions:
        for entry in definition.fields:
            if entry.key == kind:
                return definition.section, entry
    raise LookupError(f"the form has no field {kind}")


REFUSALS: dict[str, tuple[str, str]] = {
    "FILE_EMPTY": ("PAP-02", "文件是空的，请重新选择。"),
    "FILE_TOO_LARGE": ("PAP-02", "文件超过 10MB，请压缩后再上传。"),
    "FILE_TOO_SMALL": ("PAP-02", "照片文件小于 150KB，清晰度不够，请上传原图。"),
    "NOT_A_PICTURE": ("PAP-01", "这不是图片文件，请上传 JPG、PNG 或 WebP 图片。"),
    "NOT_JPEG": ("PAP-01", "证件照须为 JPG 格式。"),
    "HEIC": (
        "PAP-01",
        "这是 HEIC（高效）格式的照片，请转成 JPG 后上传；苹果手机可在“设置—相机—格式”中选择“兼容性最佳”后重拍。",
    ),
    "GIF": ("PAP-01", "不接收 GIF 图片，请上传 JPG、PNG 或 WebP 图片。"),
    "SVG": ("PAP-01", "不接收 SVG 或网页文件，请上传 JPG、PNG 或 WebP 图片。"),
    "PDF": ("PAP-01", "不接收 PDF，请将材料拍照或扫描成 JPG 图片后上传。"),
    "TIFF": ("PAP-01", "不接收 TIFF 图片，请转成 JPG 后上传。"),
    "BMP": ("PAP-01", "不接收 BMP 图片，请转成 JPG 后上传。"),
    "ARCHIVE": ("PAP-01", "这是压缩包或办公文档，请上传 JPG、PNG 或 WebP 图片。"),
    "TOO_MANY_PIXELS": ("PAP-03", "图片超过 4000 万像素，请缩小后上传。"),
    "TOO_FEW_PIXELS": ("PAP-03", "图片像素太低，请上传更清晰的图片。"),
    "NOT_UPRIGHT": ("PAP-03", "证件照须为竖幅，宽高比在 0.6 到 0.85 之间，请裁剪后上传。"),
    "TRUNCATED": ("PAP-04", "图片不完整，可能没有传完，请重新选择。"),
    "BROKEN": ("PAP-04", "图片已损坏，无法打开，请换一张或重新拍摄。"),
    "ANIMATED": ("PAP-04", "不接收动态图片，请上传静态图片。"),
    "TOO_MANY_SCANS": ("PAP-04", "图片的编码方式异常，请重新拍摄，或截图后上传。"),
    "UNUSUAL_ENCODING": ("PAP-04", "图片的编码方式不受支持，请重新拍摄，或截图后上传。"),
    "METADATA_TOO_LARGE": ("PAP-04", "图片的附加信息异常，请重新拍摄，或截图后上传。"),
    "SCRIPT_INSIDE": ("PAP-04", "图片的附加信息中含有程序代码，不能上传；请重新拍摄，或截图后上传。"),
    "ARCHIVE_INSIDE": ("PAP-04", "图片中夹带了压缩包，不能上传；请重新拍摄，或截图后上传。"),
    "DOCUMENT_INSIDE": ("PAP-04", "图片中夹带了其他文件，不能上传；请重新拍摄，或截图后上传。"),
    "TRAILING_DATA": (
        "PAP-04",
        "图片末尾带有多余的内容（例如动态照片、实况照片），请关闭动态照片后重拍，或截图后上传。",
    ),
    "TOO_SLOW": ("PAP-04", "图片处理时间过长，请缩小后重新上传。"),
    "GROUND_NOT_WHITE": (
        "PAP-06",
        "照片的底色看起来不是白色。请更换照片；如确认是白底，可选择“仍然使用”，由审核人员核对。",
    ),
    "TOO_MANY_OF_KIND": ("PAP-10", "该类扫描件的数量已满，请先删除不需要的。"),
    "TOO_MANY_PAPERS": ("PAP-10", "上传的图片数量已满。"),
    "TOO_MANY_BYTES": ("PAP-10", "上传的图片总量已满。"),
}
"""Every reason a picture is refused for, whatever the moment: its rule and its sentence."""


def refused(reason: str, field: str = "content") -> DomainError:
    """The refusal with this reason."""
    rule, sentence = REFUSALS[reason]
    return DomainError(Kind.INVALID, reason, sentence, field=field, rule=rule)


def too_often() -> DomainError:
    """PAP-10: so many uploads an hour."""
    return DomainError(Kind.EXHAUSTED, "UPLOADS_TOO_OFTEN", "上传过于频繁，请一小时后再试。", rule="PAP-10")


def no_paper() -> DomainError:
    """PAP-08: absent, or not the caller's to see: the two answers are one."""
    return DomainError(Kind.NOT_FOUND, "PAPER_NOT_FOUND", "没有这份材料。", rule="PAP-08")


def check_number(rule: Numbered, of_kind: int, kept: int) -> None:
    """PAP-10: one picture more has its place beside those in the draft and all that are kept. Raises INVALID."""
    if of_kind >= rule.max_papers:
        raise refused("TOO_MANY_OF_KIND", "kind")
    if kept >= MAX_PAPERS:
        raise refused("TOO_MANY_PAPERS", "kind")


def check_weight(kept_bytes: int) -> None:
    """PAP-10: what all pictures of a record weigh together. Raises INVALID."""
    if kept_bytes > MAX_KEPT_BYTES:
        raise refused("TOO_MANY_BYTES", "kind")


_MARKUP = re.compile(rb"<(?:script|html|svg|iframe|object|embed|body|\?php|!doctype)[\s>/]|javascript:", re.IGNORECASE)


def check_text(parts: Sequence[bytes]) -> None:
    """PAP-04: no markup or program in what stands beside the pixels, in one byte a character or in two."""
    for part in parts:
        if _MARKUP.search(part) or _MARKUP.search(part.replace(b"\0", b"")):
            raise refused("SCRIPT_INSIDE")
