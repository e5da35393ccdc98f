"""The code of another release, taken from the history of this checkout."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from services.stack.problems import StackProblem

_CHECKOUT = Path(__file__).resolve().parents[2]


def former(asked: str = "") -> tuple[str, str]:
    """The release before this one: how it is called, and its commit.

    The one `asked` for; else the newest tag `v…` below this commit, else where this branch left `main`. Raises
    StackProblem without a history, or when it has nothing older.
    """
    if shutil.which("git") is None or not (_CHECKOUT / ".git").exists():
        raise StackProblem(
            "this drill takes the former release from the history: run it in a git checkout, with git; "
            "an installed product and an image have none"
        )
    if asked:
        return asked, _commit(asked)
    here = _commit("HEAD")
    tags = _git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").split()
    for name in (*tags, "main", "origin/main"):
        commit = _git("merge-base", "HEAD", name, may_fail=True).strip()
        if commit not in ("", here):
            return name, commit
    raise StackProblem("no release is older than this commit: name one with --from, a tag or a commit")


def lay_out(commit: str, folder: Path) -> Path:
    """Put the code of `commit` into `folder`, which is made; returns it."""
    archive = subprocess.run(["git", "-C", _CHECKOUT, "archive", commit], capture_output=True, check=True)  # noqa: S603, S607
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


def way_to(folder: Path) -> dict[str, str]:
    """Settings of Python for the code in `folder` and no other, wherever it is started."""
    return {"PYTHONPATH": f"{folder}:{folder / 'protos/gen'}", "PYTHONSAFEPATH": "1"}


def _commit(name: str) -> str:
    found = _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", may_fail=True).strip()
    if not found:
        raise StackProblem(f"the history has no {name!r}: name a tag or a commit")
    return found


def _git(*arguments: str, may_fail: bool = False) -> str:
    done = subprocess.run(["git", "-C", _CHECKOUT, *arguments], capture_output=True, text=True)  # noqa: S603, S607
    if done.returncode != 0 and not may_fail:
        raise StackProblem(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout if done.returncode == 0 else ""
