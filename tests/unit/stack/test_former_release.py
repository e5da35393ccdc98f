"""Where the drill of an upgrade takes the former release from."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from services.drills import former_release
from services.stack.problems import StackProblem

Git = Callable[..., str]


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A history of its own, with one commit on `main`."""
    monkeypatch.setattr(former_release, "_CHECKOUT", tmp_path)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "--initial-branch", "main")
    git("commit", "--allow-empty", "--message", "one")
    return git


def commit(git: Git, name: str) -> str:
    git("commit", "--allow-empty", "--message", name)
    return git("rev-parse", "HEAD")


def test_it_is_the_newest_tag_below_this_commit(history: Git) -> None:
    history("tag", "v0.9.0")
    wanted = commit(history, "two")
    history("tag", "v0.10.0")
    commit(history, "three")
    assert former_release.former() == ("v0.10.0", wanted)


def test_a_release_is_compared_with_the_one_before_it(history: Git) -> None:
    history("tag", "v0.1.0")
    wanted = history("rev-parse", "HEAD")
    commit(history, "two")
    history("tag", "v0.2.0")
    assert former_release.former() == ("v0.1.0", wanted)


def test_without_a_tag_it_is_where_the_branch_left_main(history: Git) -> None:
    wanted = history("rev-parse", "HEAD")
    history("switch", "--create", "work")
    commit(history, "two")
    assert former_release.former() == ("main", wanted)


def test_another_one_can_be_named(history: Git) -> None:
    wanted = history("rev-parse", "HEAD")
    commit(history, "two")
    assert former_release.former(wanted[:8]) == (wanted[:8], wanted)


def test_without_anything_older_it_says_so(history: Git) -> None:
    with pytest.raises(StackProblem, match="name one with --from"):
        former_release.former()


def test_an_unknown_name_is_told(history: Git) -> None:
    with pytest.raises(StackProblem, match="the history has no 'v9'"):
        former_release.former("v9")


def test_without_a_history_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former_release, "_CHECKOUT", tmp_path)
    with pytest.raises(StackProblem, match="run it in a git checkout"):
        former_release.former()


def test_its_code_is_found_before_any_other(history: Git, tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services/told.py").write_text("print('the former one')\n")
    history("add", "services")
    there = former_release.lay_out(commit(history, "code"), tmp_path / "former")
    assert (there / "services/told.py").exists()
    assert former_release.way_to(there)["PYTHONPATH"].startswith(f"{there}:")
