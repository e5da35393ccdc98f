"""OPS-24: a variable that no process knows, and OPS-25: settings that contradict each other, stop the start.

A misspelt variable would leave its setting at the default, and nobody would notice before it matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import BaseSettings

from services.kit import secret_files

PREFIX = "RESIDENCY_"
CERTIFICATE = ("tls.crt", "tls.key")
AUTHORITY = "ca.crt"

_CLUSTER = re.compile(r"_SERVICE_HOST|_SERVICE_PORT(_[A-Z0-9_]+)?|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?")
"""How Kubernetes names the variables that tell of a Service; one called `residency-…` makes them look like ours."""


class Unusable(RuntimeError):
    """The settings make no process; the message says which of them helps."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that is no setting of a process: who reads it and what for."""

    name: str
    reader: str
    meaning: str
    in_file: bool = False
    """Whether its value may stand in a file, which the name followed by `_FILE` names."""


_READERS = "`audit`, `cycle`, `doctor`"
_SERVICES = ("identity", "enrollment", "faculty", "notify")
TOOLS = (
    Variable(
        "RESIDENCY_STREAMS_FILE",
        "every process, `up`, `doctor`",
        "Another declaration of streams than `deploy/streams.yaml` beside the code.",
    ),
    Variable(
        "RESIDENCY_POSTGRES_URL",
        "`up`",
        "Administrator's URL of a PostgreSQL to use instead of starting one. No process is told it.",
    ),
    *(
        Variable(f"RESIDENCY_{service.upper()}_DATABASE_URL", reader, f"{service.title()}'s database.", in_file=True)
        for service, reader in {
            **dict.fromkeys(("identity", "enrollment", "faculty"), _READERS),
            "notify": "`doctor`",
        }.items()
    ),
    *(
        Variable(
            f"RESIDENCY_DATABASE_URL_{service.upper()}",
            "`migrate`",
            f"{service.title()}'s, as its owner.",
            in_file=True,
        )
        for service in _SERVICES
    ),
    *(
        Variable(f"RESIDENCY_PASSWORD_{login}", "`roles`", "Password that its statements give this login.")
        for login in ("MIGRATE", *(f"{service.upper()}_{turn}" for service in _SERVICES for turn in "AB"))
    ),
    Variable(
        "RESIDENCY_PROBES",
        "`doctor`",
        "Where processes answer `/readyz`: `identity=host:port,portal=host:port`; a name may come more than once.",
    ),
)
"""Variables of the tools: known, and of no matter to a process."""


def variables(settings: type[BaseSettings]) -> set[str]:
    """The environment variables that `settings` reads."""
    named = {f"{PREFIX}{name.upper()}" for name in settings.model_fields}
    return named | secret_files.variables(settings).keys()


def of_tools() -> set[str]:
    """The environment variables that only tools read."""
    return {name for each in TOOLS for name in (each.name, f"{each.name}_FILE") if each.in_file or name == each.name}


def strangers(
    environment: Mapping[str, str],
    own: type[BaseSettings],
    others: Callable[[], Iterable[type[BaseSettings]]],
) -> list[str]:
    """OPS-24: a line for each variable of `environment` that begins like ours and is known to nobody.

    Those of `others`, which are read only when something is not known to `own`, and of the tools are no strangers.
    """
    known = variables(own) | of_tools()
    unknown = sorted(
        name
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _of_cluster(name, value)
    )
    if not unknown:
        return []
    known = known.union(*(variables(each) for each in others()))
    return [_stranger(name, known) for name in unknown if name.upper() not in known]


def folder_problems(variable: str, folder: Path | None, *, mutual: bool) -> list[str]:
    """What a folder of certificates lacks; with `mutual` our own certificate is needed beside the authority's."""
    if folder is None:
        return []
    missing = [name for name in CERTIFICATE if not (folder / name).is_file()]
    if not mutual and len(missing) == len(CERTIFICATE):
        missing = []
    if not (folder / AUTHORITY).is_file():
        missing.append(AUTHORITY)
    return [f"{variable} names {folder}, which lacks {' and '.join(missing)}"] if missing else []


def both(first: str, second: str) -> str:
    """The line about two settings of which only one may be set."""
    return f"{first} and {second} are both set: keep one"


def _stranger(name: str, known: Iterable[str]) -> str:
    ours = sorted(each.removeprefix(PREFIX) for each in known)
    near = get_close_matches(name.upper().removeprefix(PREFIX), ours, n=1, cutoff=0.75)
    return f"{name} is no setting of any process" + (f"; did you mean {PREFIX}{near[0]}?" if near else "")


def _of_cluster(name: str, value: str) -> bool:
    found = _CLUSTER.search(name)
    if found is None or found.end() != len(name):
        return False
    # `…_PORT` alone may be a setting misspelt: Kubernetes puts a URL there.
    return not name.endswith("_PORT") or found.group() != "_PORT" or value.startswith(("tcp://", "udp://", "sctp://"))
