"""What docs/operations reckons is what profiles and prerequisites say: connections, streams, the portal closed."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from deploy import rendering
from services.enrollment.settings import EnrollmentSettings
from tests.support.pages import OPERATIONS, ROOT

POOLS = {"identity": 32, "enrollment": 2 * EnrollmentSettings().database_pool_size, "faculty": 32, "notify": 32}
"""Connections that one process may open: unit of work and fast lane."""
RESERVED = 26
"""Migrations, operators, monitoring and what PostgreSQL keeps for its administrator, at least."""
PREREQUISITES = ROOT / "deploy" / "prerequisites"


def most(profile: str, service: str) -> int:
    """The most replicas of a service."""
    for each in rendering.variant(profile):
        if each["metadata"]["name"] != f"residency-{service}":
            continue
        if each["kind"] == "HorizontalPodAutoscaler":
            return int(each["spec"]["maxReplicas"])
        if each["kind"] == "Deployment" and "replicas" in each["spec"]:
            return int(each["spec"]["replicas"])
    raise AssertionError(f"{service} of {profile} has no number of replicas")


def stated(row: str) -> list[int]:
    """The sums, printed bold, in the row of sizing.md that begins so."""
    page = (OPERATIONS / "sizing.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith(f"| {row} |")]
    return [int(figure) for line in lines for figure in re.findall(r"\*\*(\d+)\*\*", line)]


@pytest.mark.parametrize(("profile", "place"), [("small", 0), ("large", 1)])
def test_all_replicas_and_one_more_of_each_fit_the_database(profile: str, place: int) -> None:
    needed = sum((most(profile, service) + 1) * pool for service, pool in POOLS.items()) + RESERVED
    assert needed <= stated("`max_connections`")[place]


def test_the_database_is_told_the_large_profile() -> None:
    text = (PREREQUISITES / "postgres.yaml").read_text(encoding="utf-8")
    cluster: Any = next(each for each in yaml.safe_load_all(text) if each["kind"] == "Cluster")
    assert int(cluster["spec"]["postgresql"]["parameters"]["max_connections"]) == stated("`max_connections`")[1]


def test_streams_fit_what_nats_sets_aside() -> None:
    streams = yaml.safe_load((ROOT / "deploy" / "streams.yaml").read_text(encoding="utf-8"))
    usual = streams["stream_defaults"]["max_bytes"]
    sizes = sum(each.get("max_bytes", usual) for each in streams["streams"])
    told = re.search(r"max_file_store: << (\d+)GB >>", (PREREQUISITES / "nats-values.yaml").read_text(encoding="utf-8"))
    assert told is not None
    assert sizes <= int(told[1]) * 10**9
    assert sizes <= 8 * 2**30, "what an embedded stack has, and sizing.md asks for"


def test_the_portal_is_closed_by_a_config_map_that_need_not_be_there() -> None:
    page = (OPERATIONS / "opening-day.md").read_text(encoding="utf-8")
    made = re.search(r"create configmap (\S+) --from-file=(\S+)", page)
    assert made is not None
    portal = next(
        each["spec"]["template"]["spec"]
        for each in rendering.variant("small")
        if each["kind"] == "Deployment" and each["metadata"]["name"] == "residency-portal"
    )
    volume = next(each for each in portal["volumes"] if each.get("configMap", {}).get("name") == made[1])
    assert volume["configMap"]["optional"] is True
    container = portal["containers"][0]
    mount = next(each["mountPath"] for each in container["volumeMounts"] if each["name"] == volume["name"])
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert told["RESIDENCY_MAINTENANCE_FILE"] == f"{mount}/{made[2]}"
