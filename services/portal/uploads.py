"""Posted forms that carry one picture or file. Read only on the routes that take one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from services.portal.forms import Posted
from services.portal.i18n.language import english, tr

CAMERA, ALBUM = "camera.", "file."
"""Prefixes of the two inputs for one kind: one opens the camera, the other lets choose."""
PORTRAITS = frozenset({"portrait", "photo"})
"""Kinds of pictures that show a person, upright."""


def paper_hint(rule: Mapping[str, Any]) -> str:
    """What a picture must be like: in the service's own sentence; in English made of what its rule says."""
    if not english() or not rule["max_bytes"]:
        return str(rule["hint"])
    told = {
        "least": rule["min_bytes"] // 1024,
        "most": rule["max_bytes"] // 1024**2,
        "width": rule["min_width"],
        "height": rule["min_height"],
    }
    if rule["kind"] in PORTRAITS:
        return tr(
            "本人近期彩色免冠证件照，白底，头部占照片的2/3；"
            "JPG 格式，{least}KB~{most}MB，不小于 {width}×{height} 像素，竖幅。",
            **told,
        )
    return tr("拍照或扫描，JPG、PNG 或 WebP 图片，不超过 {most}MB，短边不少于 {width} 像素；不接收 PDF。", **told)


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields of a form, and the picture chosen for the kind in question; empty when none was."""

    form: Posted
    content: bytes


async def read_upload(request: Request, kind: str) -> Upload:
    """The posted form with the picture chosen for `kind`; whichever of its two inputs holds one counts."""
    content = b""
    async with request.form(max_files=20, max_fields=200) as form:
        posted = Posted({name: value for name, value in form.items() if isinstance(value, str)})
        for name in (CAMERA + kind, ALBUM + kind):
            file = form.get(name)
            if isinstance(file, UploadFile) and file.size:
                content = await file.read()
    request.state.posted = posted  # for the error page, which must not lose what was typed
    return Upload(posted, content)


async def read_file(request: Request, kind: str) -> tuple[Posted, str, bytes]:
    """The posted form, and the name and content of the file chosen for `kind`; empty when none was."""
    name, content = "", b""
    async with request.form(max_files=5, max_fields=200) as form:
        posted = Posted({key: value for key, value in form.items() if isinstance(value, str)})
        file = form.get(ALBUM + kind)
        if isinstance(file, UploadFile) and file.size:
            name, content = file.filename or "", await file.read()
    request.state.posted = posted  # for the error page, which must not lose what was typed
    return posted, name, content
