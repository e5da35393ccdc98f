"""The build context: the files of this repository that `.dockerignore` lets through."""

from __future__ import annotations

import os
import re
from pathlib import Path


class Ignored:
    """The patterns of a `.dockerignore`; the last one that matches a path, or a folder above it, decides."""

    def __init__(self, file: Path) -> None:
        lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
        patterns = [line for line in lines if line and not line.startswith("#")]
        self._patterns = [(not each.startswith("!"), _expression(each.removeprefix("!"))) for each in patterns]
        self._wanted = [each[1:].strip("/") for each in patterns if each.startswith("!")]

    def __call__(self, path: str) -> bool:
        """Whether `path`, relative to the context, is left out."""
        parts = path.split("/")
        prefixes = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        ignored = False
        for ignores, expression in self._patterns:
            if any(expression.fullmatch(prefix) for prefix in prefixes):
                ignored = ignores
        return ignored

    def may_hold(self, folder: str) -> bool:
        """Whether something below an ignored `folder` is wanted all the same."""
        return not self(folder) or any(f"{wanted}/".startswith(f"{folder}/") for wanted in self._wanted)


def files(root: Path) -> list[str]:
    """Paths of the context's files, relative to `root`, in order."""
    ignored = Ignored(root / ".dockerignore")
    found = []
    for folder, below, names in os.walk(root):
        place = Path(folder).relative_to(root)
        below[:] = sorted(name for name in below if ignored.may_hold((place / name).as_posix()))
        found += [path for name in names if not ignored(path := (place / name).as_posix())]
    return sorted(found)


def _expression(pattern: str) -> re.Pattern[str]:
    text = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/")):
        text += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(text)
