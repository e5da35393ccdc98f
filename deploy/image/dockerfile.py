"""Reads a Dockerfile: its stages, their instructions, with arguments filled in. Only what `deploy/Dockerfile` uses."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class DockerfileError(Exception):
    """The file says what this reader does not know; the text names the line."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, continued lines joined; `line` is where it begins."""

    line: int
    name: str
    rest: str

    def words(self) -> list[str]:
        """Its arguments: those of the JSON form, else as a shell would split them."""
        if self.rest.startswith("["):
            return [str(word) for word in json.loads(self.rest)]
        return shlex.split(self.rest)

    def pairs(self) -> dict[str, str]:
        """`KEY=value …` as ENV and LABEL have it."""
        return dict(word.split("=", 1) for word in self.words())


@dataclass
class Stage:
    """One stage: what it begins from, and what follows."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """Its instructions called `name`."""
        return [each for each in self.instructions if each.name == name]


@dataclass(frozen=True)
class Dockerfile:
    """Stages in order; `arguments` are those before the first, which name bases."""

    arguments: dict[str, str]
    stages: list[Stage]


def read(path: Path) -> Dockerfile:
    """The file at `path`. Raises DockerfileError."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for instruction in _instructions(path.read_text(encoding="utf-8")):
        if instruction.name == "FROM":
            stages.append(_stage(instruction, arguments, len(stages)))
        elif stages:
            stages[-1].instructions.append(instruction)
        elif instruction.name == "ARG":
            name, _, default = instruction.rest.partition("=")
            arguments[name] = default
        else:
            raise DockerfileError(f"line {instruction.line}: {instruction.name} before the first FROM")
    return Dockerfile(arguments, stages)


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with `${NAME}` and `$NAME` replaced; an unknown name becomes nothing, as with the real builders."""
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], ""), text)


def _stage(instruction: Instruction, arguments: Mapping[str, str], number: int) -> Stage:
    words = filled(instruction.rest, arguments).split()
    if len(words) == 3 and words[1].upper() == "AS":
        return Stage(words[0], words[2])
    if len(words) == 1:
        return Stage(words[0], str(number))
    raise DockerfileError(f"line {instruction.line}: FROM BASE [AS NAME] expected")


def _instructions(text: str) -> list[Instruction]:
    found: list[Instruction] = []
    pending, began = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        began = began if pending else number
        pending += line.strip()
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        name, _, rest = pending.partition(" ")
        found.append(Instruction(began, name.upper(), re.sub(r"\s+", " ", rest).strip() if name != "RUN" else rest))
        pending = ""
    if pending:
        raise DockerfileError(f"line {began}: not ended")
    return found
