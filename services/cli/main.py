"""`residency`: the entry point. A command's module is imported only when that command is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import typer

from services.cli import mounted_urls, output

MODULES = {
    "up": "services.cli.up",
    "status": "services.cli.status",
    "run": "services.cli.processes",
    "roles": "services.cli.roles",
    "migrate": "services.cli.processes",
    "rehearse": "services.cli.rehearse",
    "report": "services.cli.report",
    "season": "services.cli.season",
    "cycle": "services.cli.cycle",
    "reconcile": "services.cli.reconcile",
    "deadletters": "services.cli.deadletters",
    "outbox": "services.cli.outbox",
    "restored": "services.cli.restored",
    "notify": "services.cli.notify",
    "trace": "services.cli.trace",
    "audit": "services.cli.audit",
    "doctor": "services.cli.doctor",
    "slo": "services.cli.slo",
    "verify": "services.cli.verify",
    "code": "services.cli.code",
    "keys": "services.cli.keys",
    "people": "services.cli.people",
    "organisations": "services.cli.organisations",
    "staff": "services.cli.staff",
    "secrets": "services.cli.first_secrets",
    "forms": "services.cli.forms",
    "sandbox": "services.cli.sandbox",
    "drill": "services.cli.drill",
    "restart": "services.cli.restart",
}
"""Command → module with `register(app)`."""

EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 usage or a start that cannot be, 3 not allowed now, 4 not found, 5 conflict, "
    "69 service unavailable, 75 try again later, 130 interrupted."
)


def build(arguments: list[str]) -> typer.Typer:
    """The application with the command that `arguments` name, or with all when they name none (help, completion)."""
    app = typer.Typer(
        name="residency",
        help="Runs a province's yearly recruitment of medical residents. Start with `residency up`.",
        epilog=EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # A callback keeps a lone command a subcommand.
    app.callback()(_root)
    wanted = next((argument for argument in arguments if not argument.startswith("-")), "")
    modules = [MODULES[wanted]] if wanted in MODULES else list(dict.fromkeys(MODULES.values()))
    for module in modules:
        import_module(module).register(app)
    return app


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    # Completion scripts call the program with an empty command line and this variable.
    completing = "_RESIDENCY_COMPLETE" in os.environ
    app = build([] if completing else sys.argv[1:])
    try:
        with output.one_line_errors():
            mounted_urls.take(os.environ)
            app()
    except SystemExit as ended:
        output.end(ended.code)
    output.end(output.DONE)


def _root() -> None:
    """Nothing of its own."""


if __name__ == "__main__":
    main()
