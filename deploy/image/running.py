"""Starts every process from an image's root as the platform does, and asks it how it is.

Without rights (uid 10001), on a read-only root with one private writable `/tmp`, against servers of this machine.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.image.roots import Root
from services.drills.bare_ground import Bare, bare
from services.stack import ports, probing
from services.stack.processes import GRPC_SERVICES, MODULES

READY_SECONDS = 120.0
STOP_SECONDS = 15.0
# What a container runtime gives: a read-only root, /proc, the harmless devices, a /tmp in memory. The command keeps the
# process id of this shell, so that signals reach it.
_CONTAINER = """
set -euo pipefail
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind /proc "$1/proc"
mount -t tmpfs -o mode=0755 tmpfs "$1/dev"
for device in null zero full random urandom; do
  touch "$1/dev/$device"
  mount --bind "/dev/$device" "$1/dev/$device"
done
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -o remount,bind,ro "$1"
cd /
exec /usr/bin/setpriv --no-new-privs /usr/sbin/chroot --userspec="$2" "$1" "${@:3}"
"""


@dataclass(frozen=True)
class Answer:
    """What one process answered over HTTP and gRPC, how it ended, and which files it left in its `/tmp`."""

    name: str
    statuses: dict[str, int]
    health: dict[str, str]
    exit_code: int | None
    written: list[str]

    @property
    def ok(self) -> bool:
        """Whether it served, and ended as it was told to."""
        return {*self.statuses.values()} == {200} and {*self.health.values()} <= {"SERVING"} and self.exit_code == 0


_LIBRARIES = """
import ctypes, pathlib
for folder in ("/lib", "/usr/lib", "/opt/residency/lib"):
    for file in pathlib.Path(folder).rglob("*.so*"):
        if file.is_file():
            ctypes.CDLL(str(file), mode=1)
"""


async def answers(root: Root, say: Callable[[str], None]) -> list[Answer]:
    """Migrate databases with the image, start all processes from it, ask each and stop it."""
    before = _fingerprint(root.path)
    with tempfile.TemporaryDirectory(prefix="residency-image-") as folder:
        data = _data(folder)
        async with bare(data, ports.take(set()), 1) as ground:
            # A library that lacks another one is found here, not on the day when somebody first needs it.
            await ground.run_once("libraries", command(root, "python", "-c", _LIBRARIES), root.environment)
            told = {**root.environment, **ground.migration_settings()}
            say(await ground.run_once("migrate", command(root, "residency", "migrate", "--all"), told))
            for name in MODULES:
                told = root.environment | ground.settings(name) | {"RESIDENCY_DATA_DIR": "/tmp"}  # noqa: S108
                told.pop("RESIDENCY_TRACE_FILE")
                ground.start_process(name, command(root, "python", "-m", "services.cli.run", name), told)
            await ground.supervisor.ready(*MODULES, seconds=READY_SECONDS)
            found = [await _ask(ground, name) for name in reversed(MODULES)]
    if changed := before ^ _fingerprint(root.path):
        raise AssertionError(f"the root changed at run time: {sorted(changed)[:10]}")
    return found


def command(root: Root, program: str, *arguments: str) -> list[str]:
    """What runs `program` as a container of the image `root` does."""
    folders = root.environment["PATH"].split(":")
    found = next(folder for folder in folders if os.path.lexists(root.path / folder.lstrip("/") / program))
    container = ["unshare", "--mount", "--", "bash", "-c", _CONTAINER, "container", str(root.path), root.user]
    return [*container, f"{found}/{program}", *arguments]


async def _ask(ground: Bare, name: str) -> Answer:
    metrics = ground.state.ports[f"{name}.metrics"]
    statuses = {path: await probing.http_status(metrics, path) for path in ("/livez", "/readyz", "/metrics")}
    if name == "portal":
        statuses["/sign-in"] = await probing.http_status(ground.port, "/sign-in")
    health = await _health(ground.state.ports[f"{name}.grpc"]) if name in GRPC_SERVICES else {}
    written = _files(Path(f"/proc/{ground.state.pids[name]}/root/tmp"))
    return Answer(name, statuses, health, await ground.supervisor.end(name, STOP_SECONDS), written)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _data(folder: str) -> Path:
    """Room for the servers; PostgreSQL is somebody else and has to pass through."""
    Path(folder).chmod(0o755)
    return Path(folder) / "data"


async def _health(port: int) -> dict[str, str]:
    """What gRPC's health service says of the server, the process alone, and its parts."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        found = {}
        for service in ("", "liveness", "readiness"):
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)
            found[service or "server"] = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
        return found


def _fingerprint(root: Path) -> set[tuple[str, int, int]]:
    found = set()
    for path in root.rglob("*"):
        status = path.lstat()
        found.add((str(path.relative_to(root)), status.st_size, status.st_mtime_ns if path.is_file() else 0))
    return found
