"""The data directory: found again, guarded, refused in one line."""

from __future__ import annotations

import shutil
import socket
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from services.stack import ports, state
from services.stack.problems import StackProblem
from services.stack.state import Lock, State


def test_a_second_start_finds_ports_and_secrets(tmp_path: Path) -> None:
    first = State()
    port, secret = first.port("nats"), first.secret("nats")
    state.save(tmp_path, first)

    second = state.load(tmp_path)

    assert (second.port("nats"), second.secret("nats")) == (port, secret)
    assert stat.S_IMODE(state.path(tmp_path).stat().st_mode) == 0o600


def test_a_port_that_somebody_took_meanwhile_is_replaced() -> None:
    remembered = State()
    port = remembered.port("nats")
    with socket.socket() as stranger:
        stranger.bind((ports.HOST, port))
        stranger.listen()
        assert remembered.port("nats") != port


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    assert ports.take(set()) < int(ports.EPHEMERAL.read_text().split()[0])


def test_two_stacks_cannot_share_a_directory(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    lock.acquire()
    assert state.is_up(tmp_path)
    with pytest.raises(StackProblem, match=r"already running on .* \(process \d+\)"):
        Lock(tmp_path).acquire()
    lock.release()
    assert not state.is_up(tmp_path)


def test_too_little_room_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1 << 30, 1 << 30, 5 << 20))
    with pytest.raises(StackProblem, match="has 5 MB left, at least 200 MB are needed"):
        state.prepare(tmp_path)


def test_a_damaged_state_is_not_overwritten(tmp_path: Path) -> None:
    state.path(tmp_path).write_text("{")
    with pytest.raises(StackProblem, match=r"stack\.json is damaged"):
        state.load(tmp_path)
    assert state.path(tmp_path).read_text() == "{"


def test_a_log_that_grew_large_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "LARGE_BYTES", 3)
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "large.log").write_text("large")
    (logs / "small.log").write_text("s")

    state.turn_over(tmp_path)

    assert sorted(file.name for file in logs.iterdir()) == ["large.log.1", "small.log"]
