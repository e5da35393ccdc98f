"""Renders the chart without a cluster, in the variants that `make deploy-check` and the tests look at."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

CHART = Path(__file__).parent / "chart"
RELEASE = NAMESPACE = "residency"
Values = dict[str, Any]
Manifest = dict[str, Any]

_LARGE, _SMALL = ("values-large.yaml",), ("values-small.yaml",)
_TLS = {"temporal": {"tlsSecret": "temporal-client-tls"}, "nats": {"tlsSecret": "nats-client-tls"}}
VARIANTS: dict[str, tuple[tuple[str, ...], Values]] = {
    "small": (_SMALL, {}),
    "large": (_LARGE, {}),
    "mtls": (_LARGE, {"mtls": {"enabled": True}, "postgres": {"caSecret": "postgres-ca"}, **_TLS}),
    "gateway": (
        _SMALL,
        {"edge": {"tlsSecret": "portal-tls", "gateway": {"parentRefs": [], "className": "cilium"}}},
    ),
    "ingress": (_SMALL, {"edge": {"kind": "ingress", "tlsSecret": "portal-tls", "ingress": {"className": "nginx"}}}),
    "controller": (_LARGE, {"worker": {"controller": True, "gateWorkflow": "NextCycle"}, **_TLS}),
    "keda": (_LARGE, {"worker": {"keda": {"enabled": True, "authentication": "temporal"}}}),
    "watched": (
        _LARGE,
        {
            "monitoring": {"podMonitor": "always", "rules": "always", "dashboards": True},
            "telemetry": {
                "otlpEndpoint": "http://collector.monitoring.svc:4318",
                "peers": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
            },
            "operator": {"enabled": True},
        },
    ),
    "contract": (_LARGE, {"migrations": {"stopAt": {"enrollment": "0017"}, "contract": True}}),
}
"""Name → the profile, and what is said beside it and the example of a site."""


def values_of(variant: str) -> Values:
    """The values of a variant, without the chart's own."""
    files, said = VARIANTS[variant]
    values: Values = {}
    for name in (*files, "values-site.example.yaml"):
        values = merged(values, yaml.safe_load((CHART / name).read_text(encoding="utf-8")))
    return merged(values, said)


def merged(values: Mapping[str, Any], others: Mapping[str, Any]) -> Values:
    """`values` with what `others` say otherwise; maps are merged and lists replaced, as Helm does."""
    result = dict(values)
    for key, value in others.items():
        former = result.get(key)
        result[key] = (
            merged(former, value) if isinstance(former, Mapping) and isinstance(value, Mapping) else deepcopy(value)
        )
    return result


def rendered(values: Values) -> dict[str, str]:
    """Template → text. Raises helm_python.HelmError for values that the schema or the templates refuse."""
    with helm_python.Chart.load(CHART) as chart:
        return chart.render(values, name=RELEASE, namespace=NAMESPACE)


def manifests(values: Values) -> list[Manifest]:
    """The objects that `rendered` describes."""
    texts = [text for name, text in sorted(rendered(values).items()) if not name.endswith("NOTES.txt")]
    return [found for text in texts for found in yaml.safe_load_all(text) if found]


@cache
def variant(name: str) -> tuple[Manifest, ...]:
    """The objects of a variant, rendered once: not to be changed."""
    return tuple(manifests(values_of(name)))
