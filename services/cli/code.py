"""`residency code`."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli import output
from services.stack import demo


def register(app: typer.Typer) -> None:
    """Add `code`."""
    app.command("code")(code)


def code(
    login: Annotated[str, typer.Argument(help="A demo log-in of staff; all of them without one.")] = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Print the six digits that the authenticator app of a demo log-in shows now, and for how long they are good.

    Each is good once. Exit code 4 when the data directory knows no such log-in. Example: residency code province
    """
    # Loaded here so that `--help` stays quick.
    from services.kit.clock import SystemClock  # noqa: PLC0415
    from services.stack.authenticator import Keyring  # noqa: PLC0415

    file = demo.factors_file(data)
    kept = Keyring(file)
    if login and login not in kept:
        known = ", ".join(kept.logins()) or "nobody: start with `residency up`"
        output.fail(f"{file} has no authenticator of {login!r}; it knows {known}", output.NOT_FOUND)
    if not kept.logins():
        output.fail(f"{file} is not there: start with `residency up`", output.NOT_FOUND)
    shown = {name: kept[name].shown(SystemClock()) for name in ([login] if login else kept.logins())}
    if as_json:
        output.write_json({name: {"code": digits, "seconds": left} for name, (digits, left) in shown.items()})
        return
    for name, (digits, left) in shown.items():
        output.say(f"{digits}  {name}  ({left} s)" if not login else digits)
