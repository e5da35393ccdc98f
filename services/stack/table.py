"""The table that `residency up` prints when everything is ready."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console, Group
from rich.table import Table

from services.stack import demo, processes
from services.stack.state import State

_HINT = "Staff also give six digits when they sign in: `residency code LOG-IN` prints them (without a log-in, all).\n"


def show(console: Console, data: Path, state: State, seconds: float) -> None:
    """Print addresses and demo log-ins."""
    addresses = Table(title=f"residency is ready ({seconds:.1f} s)", title_justify="left", show_header=False)
    addresses.add_column(style="bold", no_wrap=True)
    addresses.add_column(no_wrap=True)
    for name, address in state.urls.items():
        addresses.add_row(name, address)
    if (running := len(processes.names(state))) > len(processes.MODULES):
        addresses.add_row("replicas", f"{running // len(processes.MODULES)} of every process")
    addresses.add_row("logs", str(data / "logs"))

    people = Table(title="Demo log-ins (synthetic people)", title_justify="left")
    people.add_column("log-in", style="bold", no_wrap=True)
    people.add_column("password", no_wrap=True)
    people.add_column("who")
    for person in demo.PEOPLE:
        people.add_row(person.login, demo.password(state), person.title)
    console.print(Group(addresses, people, _HINT))
