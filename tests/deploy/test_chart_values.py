"""OPS-55: a wrong value is refused before anything is rendered or rolled out, with a message that names it."""

from __future__ import annotations

from typing import Any

import helm_python
import pytest

from deploy import rendering
from deploy.rendering import merged

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown value": ({"replica": 3}, "replica"),
    "unknown process": ({"services": {"portals": {}}}, "portals"),
    "unknown key of a process": ({"services": {"portal": {"replcas": 3}}}, "replcas"),
    "no replica": ({"services": {"portal": {"replicas": 0}}}, "/services/portal/replicas"),
    "replicas in words": ({"services": {"portal": {"replicas": "three"}}}, "/services/portal/replicas"),
    "a tag that moves": ({"image": {"tag": "latest"}}, "/image/tag"),
    "a tag in the repository": ({"image": {"repository": "registry.example.org/residency:1"}}, "/image/repository"),
    "half a digest": ({"image": {"digest": "sha256:abc"}}, "/image/digest"),
    "pull policy": ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    "portal without https": ({"publicUrl": "http://residency.example.org"}, "/publicUrl"),
    "misspelt setting": ({"services": {"notify": {"settings": {"RESIDENCY_SMTP_HOTS": "x"}}}}, "RESIDENCY_SMTP_HOTS"),
    "another's setting": (
        {"services": {"portal": {"settings": {"RESIDENCY_SMTP_HOST": "x"}}}},
        "RESIDENCY_SMTP_HOST",
    ),
    "a setting the chart gives": (
        {"services": {"identity": {"settings": {"RESIDENCY_GRPC_PORT": "1"}}}},
        "RESIDENCY_GRPC_PORT",
    ),
    "a secret as a setting": (
        {"services": {"notify": {"settings": {"RESIDENCY_SMTP_PASSWORD": "x"}}}},
        "RESIDENCY_SMTP_PASSWORD",
    ),
    "the embedded stack's folder": (
        {"services": {"identity": {"settings": {"RESIDENCY_DATA_DIR": "/tmp"}}}},
        "RESIDENCY_DATA_DIR",
    ),
    "a number that is none": (
        {"services": {"portal": {"settings": {"RESIDENCY_REQUESTS_PER_MINUTE": "many"}}}},
        "RESIDENCY_REQUESTS_PER_MINUTE",
    ),
    "an adapter there is not": (
        {"services": {"identity": {"settings": {"RESIDENCY_TEXTS_ADAPTER": "pigeon"}}}},
        "RESIDENCY_TEXTS_ADAPTER",
    ),
    "a database for the workers": (
        {"services": {"workflows": {"secrets": ["database_url"]}}},
        "/services/workflows/secrets",
    ),
    "no limits": ({"services": {"portal": {"resources": {"limits": None}}}}, "limits"),
    "a quantity that is none": (
        {"services": {"portal": {"resources": {"limits": {"memory": "much"}}}}},
        "/services/portal/resources/limits/memory",
    ),
    "spread": ({"defaults": {"topologySpread": {"zones": "Always"}}}, "/defaults/topologySpread/zones"),
    "kind of edge": ({"edge": {"kind": "loadbalancer"}}, "/edge/kind"),
    "temporal without a port": ({"temporal": {"address": "temporal"}}, "/temporal/address"),
    "four copies of a stream": ({"nats": {"replicas": 4}}, "/nats/replicas"),
    "nowhere as a peer": ({"postgres": {"peers": [{}]}}, "/postgres/peers/0"),
    "no peer": ({"nats": {"peers": []}}, "/nats/peers"),
    "outside everywhere": ({"services": {"notify": {"outside": [{"ports": []}]}}}, "/services/notify/outside/0"),
    "outside for the portal": ({"services": {"portal": {"outside": []}}}, "outside"),
    "a bucket in the clear": ({"objects": {"endpoint": "http://minio.example.org"}}, "/objects/endpoint"),
    "monitoring": ({"monitoring": {"podMonitor": "yes"}}, "/monitoring/podMonitor"),
    "a step beyond all": (
        {"worker": {"steps": [{"rampPercentage": 100, "pauseDuration": "5m"}]}},
        "/worker/steps/0/rampPercentage",
    ),
    "a deadline in words": ({"migrations": {"deadlineSeconds": "soon"}}, "/migrations/deadlineSeconds"),
    "how long a certificate holds": ({"mtls": {"duration": "a month"}}, "/mtls/duration"),
}
"""What is wrong → values, and what the message must name."""

CONTRADICTORY: dict[str, tuple[dict[str, Any], str]] = {
    "nobody may reach the portal": ({"networkPolicy": {"gateway": []}}, "networkPolicy.gateway"),
    "nobody may reach the bucket": ({"objects": {"peers": []}}, "objects.peers"),
    "nobody may reach the collector": (
        {"telemetry": {"otlpEndpoint": "http://collector:4318"}},
        "telemetry.peers",
    ),
    "no place for files": ({"objects": {"bucket": ""}}, "services.enrollment.volume"),
    "one volume for many": (
        {"services": {"enrollment": {"volume": {"enabled": True}}}},
        "services.enrollment.volume.accessMode",
    ),
    "folders on a cluster": (
        {
            "objects": {"bucket": ""},
            "services": {
                name: {"volume": {"enabled": True, "accessMode": "ReadWriteMany"}} for name in ("enrollment", "faculty")
            },
        },
        "objects.bucket",
    ),
    "a bucket on another port": ({"objects": {"endpoint": "https://minio.example.org:9000"}}, "objects.port"),
    "a collector on another port": (
        {"telemetry": {"otlpEndpoint": "https://collector", "peers": [{"podSelector": {"matchLabels": {"a": "b"}}}]}},
        "telemetry.port",
    ),
    "nobody may read metrics": (
        {"monitoring": {"podMonitor": "always"}, "networkPolicy": {"monitoring": []}},
        "networkPolicy.monitoring",
    ),
    "steps that go back": (
        {
            "worker": {
                "steps": [{"rampPercentage": share, "pauseDuration": "5m"} for share in (50, 10)],
            }
        },
        "worker.steps",
    ),
    "KEDA's most below fewest": ({"worker": {"keda": {"min": 9}}}, "worker.keda"),
    "two that scale": (
        {"services": {"workflows": {"autoscaling": {"enabled": True}}}, "worker": {"keda": {"enabled": True}}},
        "services.workflows.autoscaling",
    ),
    "the controller and KEDA": ({"worker": {"controller": True, "keda": {"enabled": True}}}, "worker.keda.enabled"),
    "most below fewest": ({"services": {"portal": {"autoscaling": {"min": 20}}}}, "services.portal.autoscaling"),
    "an Ingress without TLS": ({"edge": {"kind": "ingress"}}, "edge.tlsSecret"),
    "a Gateway that is nowhere": ({"edge": {"gateway": {"parentRefs": []}}}, "edge.gateway"),
    "no address": ({"publicUrl": ""}, "publicUrl"),
}


@pytest.mark.parametrize("what", WRONG)
def test_ops_55_a_wrong_value_is_named(what: str) -> None:
    said, named = WRONG[what]
    with pytest.raises(helm_python.HelmValuesError) as refusal:
        rendering.rendered(merged(rendering.values_of("large"), said))
    assert named in str(refusal.value)


@pytest.mark.parametrize("what", CONTRADICTORY)
def test_ops_55_values_that_contradict_each_other_are_named(what: str) -> None:
    said, named = CONTRADICTORY[what]
    with pytest.raises(helm_python.HelmError) as refusal:
        rendering.rendered(merged(rendering.values_of("large"), said))
    assert named in str(refusal.value)


def test_ops_55_a_name_that_would_be_cut_is_refused() -> None:
    with helm_python.Chart.load(rendering.CHART) as chart, pytest.raises(helm_python.HelmError, match="30 characters"):
        chart.render(rendering.values_of("small"), name="r" * 31, namespace="residency")


def test_ops_55_every_map_of_the_schema_is_closed() -> None:
    with helm_python.Chart.load(rendering.CHART) as chart:
        schema = chart.schema
    assert schema is not None
    open_maps = [path for path, part in _parts("", schema) if _is_open(part)]
    # Labels and annotations have any name; selectors and objects of their own are Kubernetes' to check.
    assert {path.rpartition("/")[2] for path in open_maps} <= {"labels", "global", "items"}, open_maps


def _parts(path: str, part: Any) -> Any:
    if isinstance(part, dict):
        yield path, part
        for key, inner in part.items():
            yield from _parts(f"{path}/{key}", inner)


def _is_open(part: dict[str, Any]) -> bool:
    return part.get("type") == "object" and part.get("additionalProperties") is not False
