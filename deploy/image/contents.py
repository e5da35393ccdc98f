"""What an image's root contains, as a page: `deploy/image/contents.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

_HEAD = """# What the image contains

Made by `make image-check`, never edited. Sizes are those of files, in KB; versions of Debian's packages are those
of the day on which the page was made.
"""


def page(root: Path) -> str:
    """The page for the image whose root file system is at `root`."""
    sections = [_HEAD, _whole(root), _system(root), _libraries(root), _programs(root)]
    return "\n".join(sections)


def raised(root: Path) -> list[str]:
    """Files that would run with other rights than the caller's."""
    files = (path for path in root.rglob("*") if not path.is_symlink())
    return sorted(str(path.relative_to(root)) for path in files if path.stat().st_mode & 0o6000)


def writable(root: Path) -> list[str]:
    """Folders and files that anybody may write to."""
    files = (path for path in root.rglob("*") if not path.is_symlink())
    return sorted(str(path.relative_to(root)) for path in files if path.stat().st_mode & 0o002)


def _whole(root: Path) -> str:
    rows = [(folder, size(root / folder)) for folder in ("lib", "usr", "etc", "opt/residency")]
    table = _table(("Folder", "KB"), [(f"/{folder}", f"{kilobytes}") for folder, kilobytes in rows])
    return f"{table}\nIn all {sum(kilobytes for _, kilobytes in rows) / 1024:.0f} MB.\n"


def _system(root: Path) -> str:
    rows = []
    for status in sorted((root / "var/lib/dpkg/status.d").iterdir()):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", status.read_text(encoding="utf-8"), re.MULTILINE))
        rows.append((fields["Package"], fields["Version"]))
    return f"## Debian's packages\n\n{_table(('Package', 'Version'), rows)}"


def _libraries(root: Path) -> str:
    packages = next((root / "opt/residency/lib").glob("python3.*/site-packages"))
    listed = json.loads((root / "usr/share/residency/sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    known = {_plain(each["name"]) for each in listed}
    rows = []
    for metadata in sorted(packages.glob("*.dist-info"), key=lambda path: path.name.lower()):
        name, _, version = metadata.name.removesuffix(".dist-info").rpartition("-")
        if _plain(name) not in known:
            raise AssertionError(f"{name} is missing from the bill of materials")
        rows.append((name, version, f"{_installed(packages, metadata)}"))
    return f"## Python's libraries and the product\n\n{_table(('Library', 'Version', 'KB'), rows)}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _programs(root: Path) -> str:
    folders = ("usr/bin", "opt/residency/bin")
    found = sorted(f"/{path.relative_to(root)}" for folder in folders for path in (root / folder).iterdir())
    return "## Programs\n\n" + "".join(f"- `{program}`\n" for program in found)


def size(folder: Path) -> int:
    """The files below `folder`, in KB."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) // 1024


def _installed(packages: Path, metadata: Path) -> int:
    """What an installation brought, compiled code included."""
    names = [line.split(",")[0] for line in (metadata / "RECORD").read_text(encoding="utf-8").splitlines()]
    tops = {name.split("/")[0] for name in names if not name.startswith("..")}
    return sum(size(packages / top) if (packages / top).is_dir() else _alone(packages / top) for top in tops)


def _alone(file: Path) -> int:
    return file.stat().st_size // 1024 if file.exists() else 0


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
