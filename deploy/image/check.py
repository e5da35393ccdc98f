"""`make image-check`: builds the image's steps in clean roots, runs all processes from the result, lists what is in it.

What the Dockerfile describes starts and answers, without rights and on a read-only root. Needs root,
debootstrap, unshare, and the embedded servers of a development environment; takes some minutes. `--commit REF` builds
what is committed there instead of the working tree, `--check` compares the list with the committed one instead of
writing it, `--keep FOLDER` leaves the roots there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.image import contents, dockerfile, roots, running

_REPOSITORY = Path(__file__).resolve().parents[2]
_PAGE = Path(__file__).with_name("contents.md")
_TOOLS = ("debootstrap", "unshare", "chroot", "setpriv", "pip")


def main() -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build the image's steps in clean roots and run what comes out.")
    parser.add_argument("--commit", help="build what is committed there, not the working tree")
    parser.add_argument("--check", action="store_true", help="compare the list of contents instead of writing it")
    parser.add_argument("--keep", type=Path, help="a folder that does not exist yet, for the roots")
    asked = parser.parse_args()
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0 or missing:
        print(f"image-check needs root and {', '.join(missing or _TOOLS)}", file=sys.stderr)
        return 2
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {line}", flush=True)

    with _folder(asked.keep) as folder:
        source = _committed(asked.commit, folder / "source") if asked.commit else _REPOSITORY
        try:
            described = dockerfile.read(source / "deploy/Dockerfile")
            image = roots.Builder(described, source, folder, say).build()
        except subprocess.CalledProcessError as error:
            print(f"{error.stdout}\n{error.stderr}\na step failed: {error.cmd[-1]}", file=sys.stderr)
            return 1
        return _look(image, asyncio.run(running.answers(image, say)), check=asked.check)


def _look(image: roots.Root, answers: list[running.Answer], *, check: bool) -> int:
    problems = [f"{answer.name} does not serve or end as it should" for answer in answers if not answer.ok]
    for answer in answers:
        health = " ".join(f"{name or 'server'}={status}" for name, status in answer.health.items())
        probes = " ".join(f"{path} {status}" for path, status in answer.statuses.items())
        print(f"{answer.name}: {probes}; {health or 'no gRPC'}; exit code {answer.exit_code}; in /tmp {answer.written}")
    problems += [f"/{path} runs with other rights" for path in contents.raised(image.path)]
    problems += [f"/{path} can be written by anybody" for path in contents.writable(image.path) if path != "tmp"]
    page = contents.page(image.path)
    if not check:
        _PAGE.write_text(page, encoding="utf-8")
    elif _PAGE.read_text(encoding="utf-8") != page:
        problems.append(f"{_PAGE.name} is out of date: run `make image-check`")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _committed(reference: str, folder: Path) -> Path:
    folder.mkdir()
    archive = subprocess.run(["git", "-C", str(_REPOSITORY), "archive", reference], check=True, capture_output=True)
    subprocess.run(["tar", "--extract", "--directory", str(folder)], check=True, input=archive.stdout)
    return folder


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="residency-image-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
