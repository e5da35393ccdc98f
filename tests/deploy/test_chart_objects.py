"""OPS-54, OPS-58: what comes before what, and the objects for which Kubernetes has no schema."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from deploy import check, rendering
from deploy.rendering import VARIANTS, Manifest
from services.stack.databases import SERVICES
from tests.support.wait import until


def objects(variant: str, kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in rendering.variant(variant) if each["kind"] == kind}


def hook(each: Manifest) -> tuple[str, int]:
    notes: Mapping[str, str] = each["metadata"].get("annotations", {})
    return notes.get("helm.sh/hook", ""), int(notes.get("helm.sh/hook-weight", "0"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_54_databases_are_migrated_before_anything_is_rolled_out(variant: str) -> None:
    jobs = objects(variant, "Job")
    assert {f"residency-migrate-{service}" for service in SERVICES} <= jobs.keys()
    for service in SERVICES:
        job = jobs[f"residency-migrate-{service}"]
        when, weight = hook(job)
        assert when == "pre-install,pre-upgrade"
        notes = job["metadata"]["annotations"]
        assert notes["argocd.argoproj.io/hook"] == "PreSync"
        assert int(notes["argocd.argoproj.io/sync-wave"]) == weight
        assert notes["helm.sh/hook-delete-policy"] == "before-hook-creation", "a failed job's log stays"
        assert job["spec"]["backoffLimit"] == 3
        assert job["spec"]["activeDeadlineSeconds"] == 900
        pod = job["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never"
        # Before the first install there is nothing but hooks of lower weight and what the site made.
        for kind in ("ServiceAccount", "NetworkPolicy"):
            needed = objects(variant, kind)[pod["serviceAccountName"]]
            assert hook(needed)[0] == when
            assert hook(needed)[1] < weight
        mounted = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
        assert set(mounted) <= {"residency-migrate", "postgres-ca"}
        assert pod["containers"][0]["command"][:3] == ["residency", "migrate", service]
    started = [each for kind in ("Deployment", "WorkerDeployment") for each in objects(variant, kind).values()]
    assert started
    assert not [each for each in started if "migrate" in str(each["spec"]["template"]["spec"]["containers"])]


def test_ops_54_a_contracting_step_comes_last_and_only_when_told() -> None:
    for variant in VARIANTS:
        later = {
            name: job for name, job in objects(variant, "Job").items() if hook(job)[0] != "pre-install,pre-upgrade"
        }
        assert later.keys() == ({"residency-migrate-enrollment-contract"} if variant == "contract" else set())
    jobs = objects("contract", "Job")

    def command(name: str) -> list[str]:
        said: list[str] = jobs[name]["spec"]["template"]["spec"]["containers"][0]["command"]
        return said

    assert hook(jobs["residency-migrate-enrollment-contract"])[0] == "post-upgrade"
    assert command("residency-migrate-enrollment")[3:] == ["--to", "0017"]
    assert command("residency-migrate-enrollment-contract")[3:] == []
    assert command("residency-migrate-notify")[3:] == []


def test_ops_58_deploy_check_sees_a_misspelt_field() -> None:
    good = objects("small", "Deployment")["residency-portal"]
    assert list(check.findings_of_schemas([good])) == []
    bad = deepcopy(good)
    container = bad["spec"]["template"]["spec"]["containers"][0]
    container["readinesProbe"] = container.pop("readinessProbe")
    findings = list(check.findings_of_schemas([bad]))
    assert len(findings) == len(check.VERSIONS)
    assert all("readinesProbe" in finding for finding in findings)


def test_ops_58_streams_of_open_pages_pass_the_edge() -> None:
    for variant in ("small", "gateway"):
        route = objects(variant, "HTTPRoute")["residency-portal"]["spec"]
        assert route["hostnames"] == ["residency.example.org"]
        live, rest = route["rules"]
        assert live["matches"] == [{"path": {"type": "Exact", "value": "/live"}}]
        assert live["timeouts"] == {"request": "0s", "backendRequest": "0s"}, "no end"
        assert rest["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
        assert int(rest["timeouts"]["request"].removesuffix("s")) >= 300, "a long file on a slow line"
        service = objects(variant, "Service")["residency-portal"]
        port = service["spec"]["ports"][0]["port"]
        assert all(rule["backendRefs"] == [{"name": "residency-portal", "port": port}] for rule in route["rules"])
    assert route["parentRefs"] == [{"name": "residency-portal"}]
    gateway = objects("gateway", "Gateway")["residency-portal"]["spec"]
    assert gateway["gatewayClassName"] == "cilium"
    assert [(each["protocol"], each["port"]) for each in gateway["listeners"]] == [("HTTPS", 443)]
    assert gateway["listeners"][0]["tls"] == {"certificateRefs": [{"name": "portal-tls"}]}

    ingress = objects("ingress", "Ingress")["residency-portal"]
    notes = {key.rpartition("/")[2]: value for key, value in ingress["metadata"]["annotations"].items()}
    assert notes["proxy-buffering"] == "off"
    assert int(notes["proxy-read-timeout"]) > 60
    assert ingress["spec"]["tls"] == [{"hosts": ["residency.example.org"], "secretName": "portal-tls"}]
    assert not objects("ingress", "HTTPRoute")


def test_ops_58_versions_of_workers_are_the_images() -> None:
    worker = objects("controller", "WorkerDeployment")["residency-workflows"]["spec"]
    assert "residency-workflows" not in objects("controller", "Deployment")
    connection = objects("controller", "Connection")[worker["workerOptions"]["connectionRef"]["name"]]
    assert connection["apiVersion"] == "temporal.io/v1alpha1"
    assert connection["spec"] == {
        "hostPort": "temporal-frontend.temporal.svc:7233",
        "mutualTLSSecretRef": {"name": "temporal-client-tls"},
    }
    assert worker["workerOptions"]["temporalNamespace"] == "residency"
    build = worker["workerOptions"]["unsafeCustomBuildID"]
    told = {entry["name"]: entry.get("value") for entry in worker["template"]["spec"]["containers"][0]["env"]}
    # The controller calls the deployment by its namespace and name, and looks for pollers of that.
    assert told["RESIDENCY_WORKER_DEPLOYMENT"] == "residency/residency-workflows"
    assert told["RESIDENCY_WORKER_BUILD_ID"] == build == "0.1.0"
    assert worker["rollout"]["strategy"] == "Progressive"
    assert worker["rollout"]["gate"] == {"workflowType": "NextCycle"}
    ramps = [step["rampPercentage"] for step in worker["rollout"]["steps"]]
    assert ramps == sorted(ramps)
    assert worker["sunset"] == {"scaledownDelay": "1h", "deleteDelay": "24h"}
    assert worker["template"]["spec"].get("restartPolicy", "Always") == "Always"
    pinned = rendering.merged(rendering.values_of("controller"), {"image": {"digest": "sha256:" + "ab" * 32}})
    found = [each for each in rendering.manifests(pinned) if each["kind"] == "WorkerDeployment"]
    assert found[0]["spec"]["workerOptions"]["unsafeCustomBuildID"] == "abababababab"
    assert found[0]["spec"]["template"]["spec"]["containers"][0]["image"].endswith("@sha256:" + "ab" * 32)


def test_ops_58_keda_asks_every_queue() -> None:
    scaled = objects("keda", "ScaledObject")["residency-workflows"]["spec"]
    assert scaled["scaleTargetRef"] == {"name": "residency-workflows"}
    triggers: list[dict[str, Any]] = scaled["triggers"]
    assert {trigger["type"] for trigger in triggers} == {"temporal"}
    asked = [trigger["metadata"]["taskQueue"] for trigger in triggers]
    assert asked == ["residency-cycle", "residency-windows", "residency-faculty"]
    for trigger in triggers:
        assert trigger["metadata"]["endpoint"] == "temporal-frontend.temporal.svc:7233"
        assert trigger["metadata"]["queueTypes"] == "workflow,activity"
        assert trigger["authenticationRef"] == {"name": "temporal"}
    assert not {name for name in objects("keda", "HorizontalPodAutoscaler") if name.endswith("workflows")}


def test_ops_58_each_process_has_a_certificate_that_names_it() -> None:
    assert not objects("large", "Certificate")
    found = objects("mtls", "Certificate")
    processes = (*SERVICES, "portal", "workflows", "operator")
    assert found.keys() == {f"residency-{name}" for name in processes}
    for name, each in found.items():
        assert each["apiVersion"] == "cert-manager.io/v1"
        # Clients call `dns:///<name>:7000`.
        assert each["spec"]["dnsNames"][0] == name
        assert {"server auth", "client auth"} <= set(each["spec"]["usages"])
        assert each["spec"]["issuerRef"] == {"name": "residency", "kind": "Issuer"}
        assert each["spec"]["secretName"] == f"{name}-tls"
    for name, each in (objects("mtls", "Deployment") | objects("mtls", "Pod")).items():
        spec = each["spec"].get("template", each)["spec"]
        folders = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
        told = {entry["name"]: entry.get("value") for entry in spec["containers"][0]["env"]}
        assert told["RESIDENCY_TLS_DIR"] == folders["tls"], name
        assert told["RESIDENCY_NATS_TLS_DIR"] == folders["nats"], name
        assert told.get("RESIDENCY_TEMPORAL_TLS_DIR") == folders.get("temporal"), name
        assert {"name": "tls", "secret": {"secretName": f"{spec['serviceAccountName']}-tls", "defaultMode": 0o440}} in (
            spec["volumes"]
        )


def test_ops_50_of_the_databases_authority_no_key_is_mounted() -> None:
    for kind in ("Deployment", "Job", "Pod"):
        for name, each in objects("mtls", kind).items():
            spec = each["spec"].get("template", each)["spec"]
            mounted = [volume["secret"] for volume in spec["volumes"] if volume["name"] == "postgres"]
            expected = {
                "secretName": "postgres-ca",
                "items": [{"key": "ca.crt", "path": "ca.crt"}],
                "defaultMode": 0o440,
            }
            component = each["metadata"]["labels"]["app.kubernetes.io/component"]
            assert mounted == ([expected] if component in (*SERVICES, "migrate", "operator") else []), name


def test_ops_50_a_volume_of_one_node_keeps_the_successor_there() -> None:
    """A volume that one node may have would keep a new pod on another waiting for the old, which waits for the new."""
    for name, each in objects("small", "Deployment").items():
        spec = each["spec"]["template"]["spec"]
        held = any("persistentVolumeClaim" in volume for volume in spec["volumes"])
        assert held == (name in {f"residency-{service}" for service in ("identity", "enrollment", "faculty")})
        assert ("affinity" in spec) == held, name
        if held:
            (term,) = spec["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
            assert term["topologyKey"] == "kubernetes.io/hostname"
            assert term["labelSelector"] == each["spec"]["selector"]
    claims = objects("small", "PersistentVolumeClaim")
    for name, each in objects("small", "Deployment").items():
        for volume in each["spec"]["template"]["spec"]["volumes"]:
            if "persistentVolumeClaim" in volume:
                claim = claims[volume["persistentVolumeClaim"]["claimName"]]
                assert claim["spec"]["accessModes"] == ["ReadWriteOnce"], name
                assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep", "files of people"
    assert not [each for each in objects("large", "Deployment").values() if "affinity" in str(each)]


def test_ops_50_the_operators_pod_leaves_when_it_is_told() -> None:
    """Its command is the container's first process, for which the kernel drops a signal without a handler."""
    spec = objects("watched", "Deployment")["residency-operator"]["spec"]["template"]["spec"]
    child = subprocess.Popen([sys.executable, *spec["containers"][0]["command"][1:]])
    try:
        status = Path(f"/proc/{child.pid}/status")

        def handles() -> bool:
            caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
            return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)

        until(handles, "it handles SIGTERM")
        child.terminate()
        assert child.wait(timeout=10) == 0
    finally:
        child.kill()
        child.wait()


def test_ops_58_what_watches_is_rendered_when_it_is_wanted() -> None:
    assert not objects("large", "PodMonitor"), "auto, and no cluster that knows it"
    monitor = objects("watched", "PodMonitor")["residency-metrics"]["spec"]
    assert monitor["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics", "interval": "30s"}]
    for each in objects("watched", "Deployment").values():
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert monitor["selector"]["matchLabels"].items() <= labels.items()
    rules = objects("watched", "PrometheusRule")
    files = {path.stem for path in (rendering.CHART / "rules").glob("*.yaml")}
    assert rules.keys() == {f"residency-rules-{stem}" for stem in files}
    assert all(each["spec"]["groups"] for each in rules.values())
    boards = objects("watched", "ConfigMap")
    stems = {path.stem for path in (rendering.CHART / "dashboards").glob("*.json")}
    assert boards.keys() == {f"residency-dashboard-{stem}" for stem in stems}
    assert all(each["metadata"]["labels"]["grafana_dashboard"] == "1" for each in boards.values())


def test_ops_58_helm_test_asks_the_doctor() -> None:
    pod = objects("small", "Pod")["residency-operator-doctor"]
    assert hook(pod)[0] == "test"
    assert pod["spec"]["containers"][0]["command"] == ["residency", "doctor"]


def test_ops_58_extra_objects_may_be_templates() -> None:
    said = {
        "extraObjects": [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain"}},
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-made'}",
        ]
    }
    values = rendering.merged(rendering.values_of("small"), said)
    names = {each["metadata"]["name"] for each in rendering.manifests(values) if each["kind"] == "ConfigMap"}
    assert names == {"plain", "residency-made"}
