"""OPS-58: `make deploy-check` lints the chart, renders its variants, holds every object against Kubernetes' schemas.

It also looks whether files that are made from others are as they would be made today.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import helm_python
import kubernetes_validate  # type: ignore[import-untyped]  # it brings no types
from kubernetes_validate import utils

from deploy import rendering

VERSIONS = ("1.30", "1.31", "1.32", "1.33", "1.34")
CUSTOM = (
    *("cert-manager.io", "gateway.networking.k8s.io", "monitoring.coreos.com", "keda.sh", "temporal.io"),
    *("postgresql.cnpg.io", "external-secrets.io"),
)
"""Groups of objects without a schema here: `tests/deploy` asserts what they must hold."""
MADE = ("docs/chart.py", "deploy/prerequisites/generate.py")
"""Scripts that write files which are committed, and know `--check`."""
_ROOT = Path(__file__).parents[1]

# A megabyte of definitions would be read anew for every object.
utils.schema_contents = cache(utils.schema_contents)


def findings_of_lint() -> Iterator[str]:
    """What `helm lint --strict` has against a variant."""
    for name in rendering.VARIANTS:
        for version in (VERSIONS[0], VERSIONS[-1]):
            report = helm_python.lint(
                rendering.CHART, rendering.values_of(name), strict=True, kube_version=f"v{version}.0"
            )
            for message in report["messages"]:
                if message["severity"] > 1:
                    yield f"lint {name}: {message['path']}: {message['error']}"


def findings_of_schemas(objects: Iterable[rendering.Manifest]) -> Iterator[str]:
    """What the schemas of the five versions have against built-in objects; each different object is asked once."""
    different = {json.dumps(each, sort_keys=True): each for each in objects}
    for each in different.values():
        if each["apiVersion"].partition("/")[0] in CUSTOM:
            continue
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(each, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                where = "/".join(str(part) for part in error.path)
                yield f"{each['kind']}/{each['metadata']['name']} in {version}: {where}: {error.message}"
            except kubernetes_validate.SchemaNotFoundError as error:
                yield error.message


def findings_of_made_files() -> Iterator[str]:
    """Which committed files are not what their sources would make today."""
    for script in MADE:
        done = subprocess.run(  # noqa: S603  (our own scripts)
            [sys.executable, script, "--check"],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield f"{script}: {done.stderr.strip()}"


def main() -> int:
    """Print what is wrong; returns the exit code."""
    objects = [each for name in rendering.VARIANTS for each in rendering.variant(name)]
    wrong = [*findings_of_lint(), *findings_of_schemas(objects), *findings_of_made_files()]
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    told = f"{len(rendering.VARIANTS)} variants, {len(objects)} objects, Kubernetes {VERSIONS[0]} to {VERSIONS[-1]}"
    sys.stdout.write(f"{told}: {'all well' if not wrong else f'{len(wrong)} findings'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
