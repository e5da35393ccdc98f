"""The settings classes of all processes, read without loading what the processes do."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from services.stack.processes import MODULES

if TYPE_CHECKING:
    from services.kit.settings import Settings


def classes() -> dict[str, type[Settings]]:
    """Process → what it reads from its environment."""
    return {name: _of(module.rpartition(".")[0]) for name, module in MODULES.items()}


def _of(package: str) -> type[Settings]:
    from services.kit.settings import Settings  # noqa: PLC0415  (brings pydantic)

    module = import_module(f"{package}.settings")
    [found] = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Settings) and each.__module__ == module.__name__
    ]
    return found
