"""OPS-50, OPS-51, OPS-53: every pod of every variant is closed in, bounded, looked after, told settings that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from deploy import rendering
from deploy.rendering import VARIANTS, Manifest
from services.cli.setting_classes import classes
from services.kit import environment
from services.stack.databases import SERVICES
from services.stack.processes import MODULES

SERVERS = ("Deployment", "WorkerDeployment")


def pods(variant: str) -> Iterator[tuple[Manifest, dict[str, Any]]]:
    """Every object of a variant that makes pods, and the specification of those."""
    return pods_of(rendering.variant(variant))


def pods_of(objects: Iterable[Manifest]) -> Iterator[tuple[Manifest, dict[str, Any]]]:
    """As `pods`, of these objects."""
    for each in objects:
        if each["kind"] in (*SERVERS, "Job"):
            yield each, each["spec"]["template"]["spec"]
        elif each["kind"] == "Pod":
            yield each, each["spec"]


def served(variant: str) -> Iterator[tuple[str, Manifest, dict[str, Any]]]:
    """The processes: name, object, container."""
    for each, spec in pods(variant):
        name = each["metadata"]["labels"]["app.kubernetes.io/component"]
        if each["kind"] in SERVERS and name != "operator":
            yield name, each, spec["containers"][0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_pods_keep_to_the_restricted_standard(variant: str) -> None:
    for each, spec in pods(variant):
        where = each["metadata"]["name"]
        assert spec["automountServiceAccountToken"] is False, where
        assert spec["serviceAccountName"].startswith("residency-"), where
        pod = spec["securityContext"]
        assert (pod["runAsNonRoot"], pod["runAsUser"], pod["runAsGroup"]) == (True, 10001, 10001), where
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), where
        kinds = {kind for volume in spec["volumes"] for kind in volume.keys() - {"name"}}
        assert kinds <= {"emptyDir", "secret", "configMap", "persistentVolumeClaim"}, where
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, where
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys(), where
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), where
            image = container["image"]
            assert ":" in image.rpartition("/")[2], where
            assert not image.endswith(":latest"), where
            writable = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
            assert writable <= {"/tmp", "/var/lib/residency"}, where


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_secrets_are_named_and_never_told(variant: str) -> None:
    assert not [each for each in rendering.variant(variant) if each["kind"] == "Secret"]
    for each, spec in pods(variant):
        for entry in (entry for container in spec["containers"] for entry in container["env"]):
            told = entry["name"].lower()
            if "valueFrom" in entry:
                assert entry["valueFrom"].keys() == {"secretKeyRef"}, each["metadata"]["name"]
            elif any(word in told for word in ("secret", "password", "key", "credentials", "database_url")):
                assert entry["name"].endswith("_FILE"), (each["metadata"]["name"], entry["name"])
                assert entry["value"].startswith("/run/residency/"), entry


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_every_process_is_there_with_what_keeps_it_running(variant: str) -> None:
    objects = {(each["kind"], each["metadata"]["name"]): each for each in rendering.variant(variant)}
    found = {name: (each, container) for name, each, container in served(variant)}
    assert found.keys() == MODULES.keys()
    for name, (each, container) in found.items():
        assert container["command"] == ["python", "-m", "services.cli.run", name]
        assert ("PodDisruptionBudget", f"residency-{name}") in objects
        budget = objects["PodDisruptionBudget", f"residency-{name}"]["spec"]
        assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
        scalers = {(kind, f"residency-{name}") for kind in ("HorizontalPodAutoscaler", "ScaledObject")}
        scaled = scalers & objects.keys()
        assert len(scaled) <= 1, "one who scales"
        assert ("replicas" in each["spec"]) != bool(scaled), "who scales has the say about replicas"
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert budget["selector"]["matchLabels"].items() <= labels.items()
        if variant in ("large", "mtls"):
            spread = {
                constraint["topologyKey"]: constraint["whenUnsatisfiable"]
                for constraint in each["spec"]["template"]["spec"]["topologySpreadConstraints"]
            }
            assert spread == {
                "kubernetes.io/hostname": "ScheduleAnyway",
                "topology.kubernetes.io/zone": "DoNotSchedule",
            }
        service = objects["Service", f"residency-{name}"]["spec"]
        assert service["selector"].items() <= labels.items()
        assert service.get("clusterIP") == (None if name == "portal" else "None")
        spoken = {port["name"]: port["appProtocol"] for port in service["ports"]}
        assert spoken.pop("metrics") == "http"
        assert spoken == {"grpc": "kubernetes.io/h2c"} if name in SERVICES else spoken.keys() <= {"http"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_51_probes_ask_what_can_answer_and_leaving_is_announced(variant: str) -> None:
    for name, each, container in served(variant):
        native = name in SERVICES and variant != "mtls"
        probes = {kind: container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}
        asked = {kind: probe.get("grpc", probe.get("httpGet")) for kind, probe in probes.items()}
        alive = {"port": 7000, "service": "liveness"} if native else {"path": "/livez", "port": "metrics"}
        ready = {"port": 7000, "service": "readiness"} if native else {"path": "/readyz", "port": "metrics"}
        assert asked == {"startup": alive, "liveness": alive, "readiness": ready}, name
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        served_ports = {"grpc": 7000} if name in SERVICES else {"http": 8080} if name == "portal" else {}
        assert ports == {**served_ports, "metrics": 9000}
        spec = each["spec"]["template"]["spec"]
        told = {entry["name"]: entry.get("value") for entry in container["env"]}
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        # A process stops its parts within ten seconds of its drain (`services/kit/process.py`).
        assert spec["terminationGracePeriodSeconds"] >= pause + int(told["RESIDENCY_DRAIN_SECONDS"] or 0) + 10 + 5


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_53_settings_exist_and_can_be_read(variant: str) -> None:
    for name, each, container in served(variant):
        settings = classes()[name]
        known = {f"RESIDENCY_{field.upper()}" for field in settings.model_fields}
        told = {entry["name"]: entry.get("value", "") for entry in container["env"]}
        assert len(told) == len(container["env"]), "nothing is told twice"
        assert environment.strangers(told, settings, list) == [], name
        # Variables that Kubernetes makes of a Service called `residency-…` would look like ours.
        assert each["spec"]["template"]["spec"]["enableServiceLinks"] is False
        # Files are mounted in a cluster only.
        readable = {setting for setting in told.keys() & known if not setting.endswith(("_FILE", "_DIR"))}
        settings.model_validate({setting.removeprefix("RESIDENCY_").lower(): told[setting] for setting in readable})


def test_ops_53_what_processes_yaml_says_follows_from_the_code() -> None:
    import yaml  # noqa: PLC0415

    from workflows.worker import queues  # noqa: PLC0415  (brings Temporal)

    said = yaml.safe_load((rendering.CHART / "processes.yaml").read_text(encoding="utf-8"))
    assert said.keys() == MODULES.keys()
    for name, facts in said.items():
        fields = classes()[name].model_fields
        assert bool(facts.get("database")) == (name in SERVICES), name
        assert bool(facts.get("grpc")) == (name in SERVICES), name
        assert bool(facts.get("http")) == ("http_port" in fields), name
        assert bool(facts.get("publicUrl")) == ("public_url" in fields), name
        assert bool(facts.get("temporal")) == ("worker_build_id" in fields), name
        assert ("keys" in facts["secrets"]) == bool(facts.get("database")), name
    stand_in: Any = type("Stub", (), {"stub": lambda self, kind: type("Any", (), {"__getattr__": _anything})()})()
    assert said["workflows"]["queues"] == [queue.name for queue in queues(stand_in, stand_in, stand_in)]


def _anything(_self: object, _name: str) -> object:
    return object()


def test_ops_50_every_pod_goes_where_the_site_says() -> None:
    place = {
        "nodeSelector": {"pool": "residency"},
        "tolerations": [{"key": "residency", "operator": "Exists", "effect": "NoSchedule"}],
        "priorityClassName": "business",
    }
    said = {"defaults": place, "imagePullSecrets": [{"name": "registry"}], "operator": {"enabled": True}}
    objects = rendering.manifests(rendering.merged(rendering.values_of("large"), said))
    specs = [spec for _, spec in pods_of(objects)]
    assert len(specs) == 6 + 4 + 2, "processes, migrations, the operator's two"
    for spec in specs:
        assert {key: spec[key] for key in place} == place
        assert spec["imagePullSecrets"] == [{"name": "registry"}]


def test_ops_50_rendering_twice_gives_the_same_bytes() -> None:
    for name in VARIANTS:
        assert rendering.rendered(rendering.values_of(name)) == rendering.rendered(rendering.values_of(name))
