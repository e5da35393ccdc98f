"""Pages of docs/operations, read as somebody who does what they say: code blocks, and the commands in them.

for block in pages.blocks(text): ...
for command in pages.commands(block.text): pages.check(command)
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typer
from typer._click.core import Command, Context
from typer._click.exceptions import UsageError
from typer.core import TyperGroup

from services.cli import main

__all__ = ["OPERATIONS", "Block", "UsageError", "blocks", "check", "commands", "inline"]

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "docs" / "operations"
PROGRAM = "residency"
_BLOCK = re.compile(r"^```(?P<language>[a-z]*)(?P<more>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`(residency [^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_HEREDOC = re.compile(r"<<-?\s*'?(?P<end>\w+)'?[^\n]*\n.*?^\s*(?P=end)$", re.MULTILINE | re.DOTALL)
_BEFORE = frozenset({"|", "||", "&&", ";", "(", "$(", "--", "do", "then", "exec", "!", "sudo", "time"})
"""What stands before a command in a shell; `--` where another program is told to run it."""
_AFTER = frozenset({"|", "||", "&&", ";", ")", "&", ">", ">>", "<", "2>", "<<"})
_ASSIGNED = re.compile(r"[A-Z_]+=")


@dataclass(frozen=True)
class Block:
    """One fenced block; `more` is what follows the language on its first line."""

    language: str
    more: str
    text: str
    line: int


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found["language"], found["more"].strip(), found["text"], line)


def inline(text: str) -> list[list[str]]:
    """The commands of ours that stand in single backticks outside blocks."""
    return [found for each in _INLINE.findall(_BLOCK.sub("", text)) for found in commands(each.replace("\n", " "))]


def commands(text: str) -> list[list[str]]:
    """The arguments of every call of ours in a piece of shell, without the program's own name."""
    found = []
    whole = _HEREDOC.sub(lambda match: match[0].split("<<")[0], text).replace("\\\n", " ")
    for line in whole.splitlines():
        words = _words(line)
        for place, word in enumerate(words):
            if word.rpartition("/")[2] == PROGRAM and _begins(words[:place]):
                rest = words[place + 1 :]
                end = next((number for number, each in enumerate(rest) if each in _AFTER), len(rest))
                found.append(rest[:end])
    return found


def check(arguments: list[str], *, whole: bool = True) -> None:
    """Raises UsageError when there is no such command, option or argument; nothing is run.

    Unless `whole`, what is required may be missing: a command that is only named.
    """
    command: Command = _program()
    context = Context(command, info_name=PROGRAM)
    rest = list(arguments)
    while isinstance(command, TyperGroup):
        if not rest and not whole:
            return
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, Context(found, parent=context, info_name=name)
    parsed = command.make_parser(context).parse_args(args=list(rest))
    if parsed[1]:
        raise UsageError(f"{' '.join(parsed[1])!r} is too much", context)
    if whole:
        command.make_context(context.info_name, list(rest), parent=context.parent)


@cache
def _program() -> Command:
    return typer.main.get_command(main.build([]))


def _words(line: str) -> list[str]:
    """The words of a line of shell; $( … ) stands apart, comments are gone."""
    spaced = re.sub(r'"?\$\((?!\()(.*?)\)"?', r" $( \1 )", line)
    lexer = shlex.shlex(spaced, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        words = spaced.split()
    return words


def _begins(before: list[str]) -> bool:
    """Whether a command may begin after these words."""
    while before and _ASSIGNED.match(before[-1]):
        before = before[:-1]
    return not before or before[-1] in _BEFORE or before[-1].endswith("$(")
