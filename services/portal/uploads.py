"""Posted forms that carry one picture. Read only on the routes that take one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

from services.portal.forms import Posted

CAMERA, ALBUM = "camera.", "file."
"""Prefixes of the two inputs for one kind: one opens the camera, the other lets choose."""


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
