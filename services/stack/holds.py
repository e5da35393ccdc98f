"""OPS-98: a child that somebody holds down is not started again until they let go.

Who wants that leaves a note in DATA/held; the supervisor looks for it before it starts the child anew.
"""

from __future__ import annotations

from pathlib import Path


def hold(data: Path, name: str) -> None:
    """From now on `name` stays down once it has ended."""
    note = _note(data, name)
    note.parent.mkdir(exist_ok=True)
    note.touch()


def let_go(data: Path, name: str) -> None:
    """The supervisor may start it again."""
    _note(data, name).unlink(missing_ok=True)


def is_held(data: Path, name: str) -> bool:
    """Whether `name` is to stay down."""
    return _note(data, name).exists()


def forget(data: Path) -> None:
    """Let go of everything that an earlier stack has left."""
    for note in (data / "held").glob("*"):
        note.unlink(missing_ok=True)


def _note(data: Path, name: str) -> Path:
    return data / "held" / name
