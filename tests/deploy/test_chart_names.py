"""OPS-50, OPS-52, OPS-53: what one object calls another is what the other is called, in every variant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pytest

from deploy import rendering
from deploy.rendering import VARIANTS, Manifest
from services.stack.databases import SERVICES

SERVERS = ("Deployment", "WorkerDeployment")
GROUP = 10001
HTTP = 80
"""Port of the portal's Service; every other is that of the pods."""


def objects(variant: str) -> dict[tuple[str, str], Manifest]:
    found: dict[tuple[str, str], Manifest] = {}
    for each in rendering.variant(variant):
        key = (each["kind"], each["metadata"]["name"])
        assert key not in found, f"{key} would be made twice"
        found[key] = each
    return found


def pods(variant: str) -> Iterator[tuple[str, Manifest, dict[str, Any]]]:
    """Every object that makes pods: its component, itself, and the specification of the pods."""
    for each in rendering.variant(variant):
        if each["kind"] in (*SERVERS, "Job", "Pod"):
            spec = each["spec"].get("template", each)["spec"]
            yield each["metadata"]["labels"]["app.kubernetes.io/component"], each, spec


def told(spec: dict[str, Any]) -> dict[str, str]:
    """What the container is told, by variable."""
    return {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"] if "value" in entry}


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_53_addresses_are_services_and_these_lead_to_open_ports(variant: str) -> None:
    there = objects(variant)
    opened = {
        name: {port["name"]: port["containerPort"] for port in spec["containers"][0].get("ports", [])}
        for name, each, spec in pods(variant)
        if each["kind"] in SERVERS
    }
    grpc = {}
    for (kind, name), each in there.items():
        if kind == "Service":
            process = each["metadata"]["labels"]["app.kubernetes.io/component"]
            for port in each["spec"]["ports"]:
                inside = opened[process][port["targetPort"]]
                assert port["port"] == (HTTP if port["name"] == "http" else inside), name
                if port["name"] == "grpc":
                    grpc[process] = f"dns:///{name}:{port['port']}"
            # Nobody is led to a pod that is not ready, or no longer.
            assert not each["spec"].get("publishNotReadyAddresses"), name
    assert grpc.keys() == set(SERVICES)
    for name, _, spec in pods(variant):
        known = told(spec)
        addresses = {
            service: known[variable]
            for service in SERVICES
            if (variable := f"RESIDENCY_{service.upper()}_ADDRESS") in known
        }
        assert addresses.items() <= grpc.items(), name


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_58_the_edge_leads_to_the_portals_port(variant: str) -> None:
    there = objects(variant)
    edges = [each for (kind, _), each in there.items() if kind in ("HTTPRoute", "Ingress")]
    assert len(edges) == 1
    for rule in edges[0]["spec"]["rules"]:
        for path in rule.get("http", {}).get("paths", [rule]):
            if "backend" in path:
                service, port = path["backend"]["service"]["name"], path["backend"]["service"]["port"]["name"]
            else:
                ((service, port),) = ((each["name"], each["port"]) for each in path["backendRefs"])
            ports = there["Service", service]["spec"]["ports"]
            assert service == "residency-portal"
            assert port in [
                wanted for each in ports if each["name"] == "http" for wanted in (each["name"], each["port"])
            ]


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_who_scales_names_what_is_there(variant: str) -> None:
    there = objects(variant)
    values = rendering.values_of(variant)
    for (kind, name), each in there.items():
        if kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            target = each["spec"]["scaleTargetRef"]
            assert (target.get("kind", "Deployment"), target["name"]) in there, name
        if kind == "HorizontalPodAutoscaler":
            wanted = values["services"][name.removeprefix("residency-")]["autoscaling"]
            assert (each["spec"]["minReplicas"], each["spec"]["maxReplicas"]) == (wanted["min"], wanted["max"]), name
        if kind == "PodDisruptionBudget":
            policy = there["NetworkPolicy", name]["spec"]["podSelector"]
            assert each["spec"]["selector"] == policy, "both mean the pods of one process"


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_every_pod_has_an_account_of_its_own_without_a_token(variant: str) -> None:
    there = objects(variant)
    for name, _, spec in pods(variant):
        assert spec["serviceAccountName"] == f"residency-{name}"
        assert there["ServiceAccount", spec["serviceAccountName"]]["automountServiceAccountToken"] is False
        assert spec["automountServiceAccountToken"] is False


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_50_secrets_are_for_the_group_of_the_pod_and_replaced_in_place(variant: str) -> None:
    for name, each, spec in pods(variant):
        where = each["metadata"]["name"]
        # A mounted file is root's: without the group the process could not read it, and everybody may read no secret.
        assert spec["securityContext"]["fsGroup"] == GROUP, where
        mounted = {volume["name"]: volume["secret"] for volume in spec["volumes"] if "secret" in volume}
        assert {secret["defaultMode"] for secret in mounted.values()} == {0o440}, where
        own = mounted["secrets"]
        assert own["secretName"] == f"residency-{name}", where
        files = {value for key, value in told(spec).items() if key.endswith("_FILE")}
        assert {f"/run/residency/secrets/{item['path']}" for item in own["items"]} == {
            file for file in files if file.startswith("/run/residency/secrets/")
        }, where
        mounts = {mount["name"]: mount for mount in spec["containers"][0]["volumeMounts"]}
        assert mounts.keys() == {volume["name"] for volume in spec["volumes"]}, where
        for volume in mounted:
            assert mounts[volume]["mountPath"] == f"/run/residency/{volume}", where
            assert mounts[volume]["readOnly"] is True, where
        # With a `subPath` the kubelet would never bring what has changed.
        assert not [mount for mount in mounts.values() if "subPath" in mount], where


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_53_folders_and_files_that_are_told_are_mounted(variant: str) -> None:
    for name, each, spec in pods(variant):
        where = each["metadata"]["name"]
        mounts = {mount["mountPath"]: mount["name"] for mount in spec["containers"][0]["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for key, value in told(spec).items():
            if key.endswith(("_DIR", "_FILE")) or value.startswith("file://"):
                path = PurePosixPath(value.removeprefix("file://"))
                assert {str(parent) for parent in (path, *path.parents)} & mounts.keys(), (where, key)
        assert volumes["tmp"]["emptyDir"].get("sizeLimit"), where
        if name == "portal":
            notice = volumes[mounts["/run/residency/maintenance"]]["configMap"]
            assert notice == {"name": "residency-maintenance", "optional": True}, "there while the portal is closed"
            assert told(spec)["RESIDENCY_HTTP_HOST"] == "0.0.0.0", "the gateway comes from outside the pod"


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_53_streams_have_the_copies_and_files_the_place_that_the_site_says(variant: str) -> None:
    values = rendering.values_of(variant)
    copies = values.get("nats", {}).get("replicas", 3)
    bucket = values.get("objects", {}).get("bucket")
    for name, each, spec in pods(variant):
        if each["kind"] != "Job":
            assert told(spec)["RESIDENCY_STREAM_REPLICAS"] == str(copies), name
        if name in ("enrollment", "faculty"):
            expected = f"s3://{bucket}/residency/{name}" if bucket else "file:///var/lib/residency/objects"
            assert told(spec)["RESIDENCY_OBJECTS_URL"] == expected, "nobody finds another's files"


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_52_policies_name_a_protocol_for_every_port(variant: str) -> None:
    for (kind, name), each in objects(variant).items():
        if kind != "NetworkPolicy":
            continue
        for rule in (*each["spec"].get("ingress", []), *each["spec"].get("egress", [])):
            spoken = {(port["port"], port["protocol"]) for port in rule["ports"]}
            # Names are asked for by UDP, and by TCP where the answer is long.
            resolving = 53 in {port for port, _ in spoken}
            assert not resolving or spoken == {(53, "UDP"), (53, "TCP")}, name
            assert resolving or {protocol for _, protocol in spoken} == {"TCP"}, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_51_a_start_may_take_as_long_as_the_servers_do(variant: str) -> None:
    for name, each, spec in pods(variant):
        if each["kind"] not in SERVERS or name == "operator":
            continue
        container = spec["containers"][0]
        starting, alive = container["startupProbe"], container["livenessProbe"]
        assert starting["periodSeconds"] * starting["failureThreshold"] >= 600, name
        assert alive["periodSeconds"] * alive["failureThreshold"] >= 30, "a pause is no death"
        ready = container["readinessProbe"]
        pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pause >= 5, "those who send work hear that it leaves"
        assert ready["periodSeconds"] * ready["failureThreshold"] <= pause + int(told(spec)["RESIDENCY_DRAIN_SECONDS"])
        if each["kind"] == "Deployment":
            assert each["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}, name
