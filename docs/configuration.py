"""OPS-26: write `docs/configuration.md` from the settings classes: `python docs/configuration.py [--check]`.

Names, types, defaults and bounds are the fields' own, the words are what stands below each field in the code. `--check`
fails when the page is not what the classes say.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from services.cli.setting_classes import classes
from services.kit import environment, secret_files
from services.kit.settings import Settings

DOCUMENT = Path(__file__).with_suffix(".md")

HEAD = """\
# Configuration

Every variable that a process, the embedded stack or the command line reads. **Made from the settings classes** by
`docs/configuration.py`: change a field or the words below it, run `make protos`, and read the difference.

Settings are environment variables; upper and lower case are the same. A process prints one line for each that is
wrong and ends with exit code 2:

- a value that its type or its bounds refuse;
- a variable that begins with `RESIDENCY_` and is known to nobody (OPS-24): `RESIDENCY_TEXTS_PER_DAYS is no setting of
  any process; did you mean RESIDENCY_TEXTS_PER_DAY?` What another process or a tool reads is let pass, and so are the
  variables by which Kubernetes tells of Services;
- settings that contradict each other (OPS-25), listed below.

**Secrets** may be given as a file instead: `RESIDENCY_<NAME>_FILE` names it, as a mounted Kubernetes secret does, and
what stands there is read anew where it is used anew. Giving both stops the start. The column "Secret" tells which.

| Written as | Means |
| --- | --- |
| duration | ISO 8601 (`PT10M`, `P3D`) or seconds |
| path | a file or folder of the machine the process runs on |
| JSON | an object in JSON |
| one of | exactly one of the words |
"""

CONTRADICTIONS = (
    ("`KEYS_JSON` and `KEYS_FILE`", "every service", "two key documents"),
    ("a secret and its `_FILE`", "every process", "two values"),
    ("`MACHINE_SECRETS` and `MACHINE_SECRETS_FILE`", "identity", "two lists"),
    ("`GRPC_PORT` = `METRICS_PORT`, `HTTP_PORT` = `METRICS_PORT`", "every process", "one port for two servers"),
    ("`TLS_DIR`, `NATS_TLS_DIR`, `TEMPORAL_TLS_DIR` without files", "every process", "certificates that are missing"),
    ("`TEMPORAL_API_KEY` without `TEMPORAL_TLS_DIR`", "workflows", "a key in the clear"),
    ("`OBJECTS_URL` a folder, `STREAM_REPLICAS` above 1", "enrollment, faculty", "files other replicas do not see"),
    ("`CLOCK_SKEW_SECONDS` ≥ `TOKEN_LIFE` or `MACHINE_TOKEN_LIFE`", "identity", "tokens refused before it is told"),
    ("`HOOKS_LOCAL` and `TLS_DIR` or `STREAM_REPLICAS` above 1", "notify", "a trial's door in a cluster"),
    ("`CAMPAIGN_PER_SECOND` above `SEND_PER_SECOND`", "notify", "a rate that is never reached"),
    ("a carrier with an address and without its key, name or templates", "identity, notify", "half a carrier"),
    ("no `KEYS_FILE`, `KEYS_JSON` or `DATA_DIR`", "every service", "nothing to seal with"),
    ("no `OBJECTS_URL` or `DATA_DIR`", "enrollment, faculty", "no place for files"),
)  # fmt: skip
"""What, where, why."""

SERVICES = "the four services"
READERS = {
    "grpc_port": SERVICES,
    "machine_secret": "enrollment, faculty, notify, workflows, commands",
    "identity_address": "all but identity",
    "enrollment_address": "notify, portal, workflows",
    "faculty_address": "portal, workflows",
    "notify_address": "portal, workflows",
    "temporal_address": "workflows",
    "temporal_namespace": "workflows",
    "temporal_tls_dir": "workflows",
    "temporal_api_key": "workflows",
    "database_url": SERVICES,
    "keys_json": SERVICES,
    "keys_file": SERVICES,
    "objects_url": "enrollment, faculty",
    "seal_seconds": "identity, enrollment, faculty",
    "seals_dir": "identity, enrollment, faculty",
}
"""Of the settings of every process, those that not every one uses."""
OTHER_FILES = {"keys_json": "`RESIDENCY_KEYS_FILE`", "machine_secrets": "`RESIDENCY_MACHINE_SECRETS_FILE`"}
"""Secrets whose file is a setting of its own."""

BUCKET = (
    ("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "yes", "Credentials of the bucket; the machine's role when unset."),
    ("AWS_SESSION_TOKEN", "yes", "Beside credentials that last for a session."),
    ("AWS_REGION", "", "Its region."),
    ("AWS_ENDPOINT_URL", "", "URL of a store that is not Amazon's."),
    ("AWS_ALLOW_HTTP", "", "`true` lets the endpoint be `http://`: a neighbour in the same network."),
)


@dataclass(frozen=True)
class Row:
    """One setting."""

    variable: str
    kind: str
    default: str
    readers: str
    secret: str
    words: str


def words_of(settings: type[Settings]) -> dict[str, str]:
    """What stands below each field of the class's own body."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(settings))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as text)),
            ):
                found[name] = " ".join(text.split())
    return found


def rows_of(settings: type[Settings], *, own: bool) -> Iterator[Row]:
    """The settings of a class: those it adds (`own`), or all of the common class."""
    words = words_of(settings)
    secrets = set(secret_files.variables(settings).values())
    for name, field in settings.model_fields.items():
        if own and name in Settings.model_fields:
            continue
        bounds = [f"{sign} {_shown(value)}" for each in field.metadata for sign, value in _bounds(each)]
        kind = ", ".join([_kind(field.annotation), *bounds])
        default = field.get_default(call_default_factory=True)
        secret = f"or {OTHER_FILES[name]}" if name in OTHER_FILES else "or `…_FILE`" if name in secrets else ""
        yield Row(f"RESIDENCY_{name.upper()}", kind, _default(default), READERS.get(name, "all"), secret, words[name])


def _kind(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        return _kind(next(each for each in get_args(annotation) if each is not NoneType))
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{each}`" for each in get_args(annotation))
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return {
            SecretStr: "text",
            str: "text",
            Path: "path",
            timedelta: "duration",
            bool: "`true` or `false`",
            int: "whole number",
            float: "number",
        }[annotation]
    return "JSON"


def _bounds(constraint: Any) -> Iterator[tuple[str, Any]]:
    for name, sign in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
        if hasattr(constraint, name):
            yield sign, getattr(constraint, name)


def _default(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    assert value is not PydanticUndefined
    return f"`{_shown(value)}`" if value not in (None, "", {}) or value is False else ""


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        for unit, letter in ((86_400, "P{}D"), (3600, "PT{}H"), (60, "PT{}M")):
            if seconds % unit == 0:
                return letter.format(seconds // unit)
        return f"PT{seconds}S"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def settings_table(rows: Sequence[Row], *, readers: bool) -> str:
    """Settings as a table, with `readers` also who reads each."""
    heads = ["Variable", "Type, bounds", "Default", *(["Read by"] if readers else []), "Secret", "What it does"]
    lines = [
        [f"`{row.variable}`", row.kind, row.default, *([row.readers] if readers else []), row.secret, row.words]
        for row in rows
    ]
    return table(heads, lines)


def document() -> str:
    """The whole page."""
    known = classes()
    parts = [HEAD, "\n## Every process\n\n", settings_table(list(rows_of(Settings, own=False)), readers=True)]
    for name, settings in known.items():
        parts.append(f"\n## {name}\n\n{settings_table(list(rows_of(settings, own=True)), readers=False)}")
    parts.append("\n## Object store\n\nRead by enrollment and faculty where `RESIDENCY_OBJECTS_URL` is `s3://…`.\n\n")
    parts.append(table(["Variable", "Secret", "What it does"], [[f"`{a}`", b, c] for a, b, c in BUCKET]))
    parts.append("\n## Stack and command line\n\n")
    parts.append(
        "`residency` commands also read, where no stack runs on `--data`: `RESIDENCY_MACHINE_SECRET` (the operator's), "
        "the addresses of the services, `RESIDENCY_NATS_URL`, `RESIDENCY_TEMPORAL_ADDRESS` and the folders of "
        "certificates. "
        "`residency up` uses the NATS and Temporal that are named instead of starting its own.\n\n"
    )
    tools = [
        [f"`{each.name}`", each.reader, "or `…_FILE`" if each.in_file else "", each.meaning]
        for each in environment.TOOLS
    ]
    parts.append(table(["Variable", "Read by", "Secret", "What it does"], tools))
    parts.append("\n## Contradictions\n\n`RESIDENCY_` is left out of the names.\n\n")
    parts.append(table(["Both", "Where", "Why the process does not start"], CONTRADICTIONS))
    return "".join(parts)


def main() -> None:
    """Write the page, or with `--check` exit with a sentence when it is stale."""
    wanted = document()
    if "--check" not in sys.argv:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/configuration.md is not what the settings say: run `make protos`, read the difference, commit")


if __name__ == "__main__":
    main()
