"""OPS-53, OPS-55: write what of the chart follows from elsewhere: `python docs/chart.py [--check]`.

`values.yaml` says what each value means and the services' settings classes which settings there are. From them come the
descriptions and the settings in `deploy/chart/values.schema.json`, and the table in `deploy/chart/README.md`.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic_settings import BaseSettings

from services.cli.setting_classes import classes
from services.kit import secret_files
from services.kit.settings import Settings

CHART = Path(__file__).parents[1] / "deploy" / "chart"
SCHEMA, VALUES, README = CHART / "values.schema.json", CHART / "values.yaml", CHART / "README.md"
BEGIN, END = "<!-- values -->\n", "<!-- end of values -->\n"

OURS = (
    *("metrics_port", "grpc_port", "http_host", "http_port", "drain_seconds", "public_url", "stream_replicas"),
    *("identity_address", "enrollment_address", "faculty_address", "notify_address", "nats_url", "otlp_endpoint"),
    *("temporal_address", "temporal_namespace", "temporal_metrics", "worker_build_id", "worker_deployment"),
    *("objects_url", "seals_dir", "tls_dir", "nats_tls_dir", "temporal_tls_dir"),
)
"""Settings that the templates give from other values: not to be given twice."""
ELSEWHERE = ("data_dir", "trace_file", "keys_json", "machine_secrets")
"""Settings of the embedded stack, and secrets that may not stand in a variable."""
COMMON = "common"


def settings_classes() -> dict[str, type[BaseSettings]]:
    """Process → its settings, and `common` → those of all."""
    return {COMMON: Settings, **classes()}


def processes() -> dict[str, dict[str, Any]]:
    """What each process is, from `processes.yaml`."""
    content: dict[str, dict[str, Any]] = yaml.safe_load((CHART / "processes.yaml").read_text(encoding="utf-8"))
    return content


def settings_schema(settings: type[BaseSettings]) -> dict[str, Any]:
    """What may stand in the map `settings` of a process: by name, as strings."""
    secrets = secret_files.variables(settings).values()
    properties = {
        f"RESIDENCY_{name.upper()}": text_schema(field.annotation)
        for name, field in sorted(settings.model_fields.items())
        if name not in (*OURS, *ELSEWHERE, *secrets) and not name.endswith("_file")
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def secrets_schema(settings: type[BaseSettings], is_temporal: bool) -> dict[str, Any]:
    """What may stand in the list `secrets` of a process: its own, but none that only others need."""
    common = set(secret_files.variables(Settings).values()) - ({"temporal_api_key"} if is_temporal else set())
    names = sorted(set(secret_files.variables(settings).values()) - common)
    return (
        {"type": "array", "uniqueItems": True, "items": {"enum": names}} if names else {"type": "array", "maxItems": 0}
    )


def text_schema(annotation: Any) -> dict[str, Any]:
    """The strings by which a value of that type may be given."""
    origin, inner = get_origin(annotation), [each for each in get_args(annotation) if each is not type(None)]
    if origin in (Union, types.UnionType) and len(inner) == 1:
        return text_schema(inner[0])
    if origin is Literal:
        return {"enum": sorted(inner)}
    if annotation is bool:
        return {"enum": ["false", "true"]}
    patterns = {int: "^[0-9]+$", float: r"^[0-9]+(\.[0-9]+)?$"}
    if annotation in patterns:
        return {"type": "string", "pattern": patterns[annotation]}
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "string", "pattern": r"^\{"}
    return {"type": "string", "minLength": 1}


def meanings(text: str) -> Iterator[tuple[str, str]]:
    """Dotted key and what `# --` says above it, for every documented key of a values file."""
    path: list[tuple[int, str]] = []
    words: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("# -- "):
            words = [bare.removeprefix("# -- ")]
        elif bare.startswith("# ") and words:
            words.append(bare.removeprefix("# "))
        elif ":" in bare and not bare.startswith(("#", "-")):
            indent = len(line) - len(bare)
            path = [(depth, key) for depth, key in path if depth < indent] + [(indent, bare.partition(":")[0])]
            if words:
                yield ".".join(key for _, key in path), " ".join(words)
            words = []


def node(schema: dict[str, Any], key: str) -> dict[str, Any]:
    """The part of the schema about a dotted key; raises KeyError for one it does not know."""
    found = schema
    for name in key.split("."):
        found = found["properties"][name]
    return found


def new_schema(schema: dict[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """The schema with the settings of today and the meanings of the values."""
    facts = processes()
    for name, settings in settings_classes().items():
        is_temporal = bool(facts.get(name, {}).get("temporal"))
        schema["$defs"][f"settings.{name}"] = settings_schema(settings)
        schema["$defs"][f"secrets.{name}"] = secrets_schema(settings, is_temporal)
    for key, words in said.items():
        node(schema, key)["description"] = words
    return schema


def kind(schema: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """What sort of value a part of the schema allows, in a word or two."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return kind(schema, schema["$defs"][name])
    if "enum" in part:
        return ", ".join(f"`{each}`" for each in part["enum"])
    found = part.get("type", "")
    return " or ".join(found) if isinstance(found, list) else {"array": "list", "object": "map"}.get(found, found)


def table(schema: dict[str, Any], said: Mapping[str, str], values: dict[str, Any]) -> str:
    """The documented values as Markdown."""
    lines = ["| Value | Sort | Default | Meaning |", "|---|---|---|---|"]
    for key, words in said.items():
        default: Any = values
        for name in key.split("."):
            default = default[name]
        shown = json.dumps(default, ensure_ascii=False)
        lines.append(f"| `{key}` | {kind(schema, node(schema, key))} | `{shown}` | {words} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the files, or with `--check` say which are stale; returns the exit code."""
    text = VALUES.read_text(encoding="utf-8")
    said = dict(meanings(text))
    schema = new_schema(json.loads(SCHEMA.read_text(encoding="utf-8")), said)
    readme = README.read_text(encoding="utf-8")
    before, after = readme.partition(BEGIN)[0], readme.rpartition(END)[2]
    wanted = {
        SCHEMA: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        README: before + BEGIN + "\n" + table(schema, said, yaml.safe_load(text)) + "\n" + END + after,
    }
    stale = [path for path, content in wanted.items() if path.read_text(encoding="utf-8") != content]
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path.name} is stale: run `make chart`\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
