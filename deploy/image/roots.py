"""Executes a Dockerfile without a container daemon: every stage in a clean root folder of its own.

A base is what debootstrap makes of the same release of Debian. Needs root, debootstrap and, inside, the machine's own
access to Debian's packages and Python's index: both are passed in from outside and leave nothing in a root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.image import context
from deploy.image.dockerfile import Dockerfile, DockerfileError, Instruction, Stage, filled

RELEASE = "bookworm"
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
_TOLD = ("LABEL", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Mounts of its own, gone with the command: /proc, /dev, names of hosts, trusted authorities.
_CHROOT = """
set -euo pipefail
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
touch "$1/run/resolv.conf" "$1/run/authorities.crt"
mount --bind /etc/resolv.conf "$1/etc/resolv.conf"
mount --bind /etc/ssl/certs/ca-certificates.crt "$1/run/authorities.crt"
cd /
exec chroot --userspec="$2" "$1" /usr/bin/env --chdir="$3" "${@:4}"
"""


@dataclass
class Root:
    """A stage's root folder, and what its instructions have said so far."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    user: str = "0:0"
    working_directory: str = "/"
    told: dict[str, Instruction] = field(default_factory=dict)
    """LABEL, ENTRYPOINT and the like, for those who look at the image."""

    def copy(self, path: Path) -> Root:
        """The same again under `path`, to go on from."""
        _run("cp", "--archive", "--reflink=auto", f"{self.path}/.", str(path))
        return Root(path, dict(self.environment), {}, self.user, self.working_directory)


class Builder:
    """Builds every stage of `dockerfile` under `folder` from the repository at `source`."""

    def __init__(self, dockerfile: Dockerfile, source: Path, folder: Path, say: Callable[[str], None]) -> None:
        self._dockerfile = dockerfile
        self._source = source
        self._folder = folder
        self._say = say
        self._roots: dict[str, Root] = {}
        self._files = context.files(source)

    def build(self) -> Root:
        """The last stage's root. Raises DockerfileError, or CalledProcessError when a step fails."""
        for stage in self._dockerfile.stages:
            self._roots[stage.name] = self._build(stage)
        return self._roots[self._dockerfile.stages[-1].name]

    def _build(self, stage: Stage) -> Root:
        root = self._begin(stage)
        for instruction in stage.instructions:
            self._say(f"{stage.name}: {instruction.name} {instruction.rest[:90]}")
            self._carry_out(instruction, root)
        return root

    def _begin(self, stage: Stage) -> Root:
        path = self._folder / f"stage-{stage.name}"
        path.mkdir()
        self._say(f"{stage.name}: FROM {stage.base}")
        if stage.base in self._roots:
            return self._roots[stage.base].copy(path)
        if stage.base == "scratch":
            return Root(path)
        if not stage.base.startswith(f"debian:{RELEASE}"):
            raise DockerfileError(f"{stage.base}: only Debian {RELEASE} can be laid out here")
        _bootstrap(path)
        return Root(path, {"PATH": _PATH})

    def _carry_out(self, instruction: Instruction, root: Root) -> None:
        values = {**self._dockerfile.arguments, **root.arguments, **root.environment}
        match instruction.name:
            case "ARG":
                name, given, default = instruction.rest.partition("=")
                if given:
                    root.arguments[name] = default
            case "ENV":
                root.environment |= {key: filled(value, values) for key, value in instruction.pairs().items()}
            case "USER":
                root.user = instruction.rest
            case "WORKDIR":
                root.working_directory = instruction.rest
                (root.path / instruction.rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(instruction, root)
            case "RUN":
                _execute(root, instruction)
            case name if name in _TOLD:
                root.told[name] = instruction
            case name:
                raise DockerfileError(f"line {instruction.line}: {name} is not known here")

    def _copy(self, instruction: Instruction, root: Root) -> None:
        words = instruction.words()
        source: Root | None = None
        if words[0].startswith("--from="):
            source = self._roots[words.pop(0).removeprefix("--from=")]
        *wanted, target = words
        place = root.path / os.path.normpath(Path(root.working_directory) / target).lstrip("/")
        for each in wanted:
            if source is not None:
                _copy_tree(source.path / each.lstrip("/"), place)
            else:
                self._copy_from_context(each, place, into=target.endswith("/"))

    def _copy_from_context(self, wanted: str, place: Path, *, into: bool) -> None:
        if wanted in self._files:
            _copy_file(self._source / wanted, place / Path(wanted).name if into else place)
            return
        below = [path for path in self._files if path.startswith(f"{wanted}/")]
        if not below:
            raise DockerfileError(f"COPY {wanted}: the context has no such file")
        for path in below:
            _copy_file(self._source / path, place / path.removeprefix(f"{wanted}/"))


def passed_in() -> dict[str, str]:
    """How this machine reaches Python's index, as settings of pip; paths of trusted authorities are those inside."""
    said = subprocess.run(["pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in {"index-url", "proxy", "trusted-host", "default-timeout"}:
            found[f"PIP_{option.upper().replace('-', '_')}"] = value.strip("'\"")
    found |= {name: os.environ[name] for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY") if name in os.environ}
    return found | {"PIP_CERT": "/run/authorities.crt", "SSL_CERT_FILE": "/run/authorities.crt"}


def _bootstrap(path: Path) -> None:
    mirror = next(line.split()[1] for line in _SOURCES.read_text().splitlines() if line.startswith("URIs:"))
    _run("debootstrap", "--variant=minbase", RELEASE, str(path), mirror)
    (path / "etc/apt/sources.list").unlink()
    shutil.copy(_SOURCES, path / "etc/apt/sources.list.d/debian.sources")


def _execute(root: Root, instruction: Instruction) -> None:
    environment = {"HOME": "/root", **passed_in(), **root.arguments, **root.environment}
    command = instruction.words() if instruction.rest.startswith("[") else ["/bin/sh", "-c", instruction.rest]
    told = [f"{name}={value}" for name, value in environment.items()]
    _run(
        *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--", "bash", "-c", _CHROOT, "chroot"),
        *(str(root.path), root.user, root.working_directory, "-i", *told, *command),
    )


def _copy_tree(source: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    _run("cp", "--archive", "--reflink=auto", f"{source}/.", str(place))


def _copy_file(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, place)
    os.chown(place, 0, 0)


def _run(*command: str, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout[-2000:], done.stderr[-4000:])
