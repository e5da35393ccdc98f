"""OPS-59: what the release stands on is as the code needs it, and secrets have the names that the chart mounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from deploy import rendering
from services.cli.first_secrets import made
from services.cli.roles import logins
from services.stack import nats as embedded_nats
from services.stack.databases import MIGRATOR, SERVICES, database

FOLDER = Path(__file__).parents[2] / "deploy" / "prerequisites"


def documents(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))
    return found


def test_ops_59_postgresql_has_what_commits_and_rotation_need() -> None:
    cluster, *others = documents("postgres.yaml")
    spec = cluster["spec"]
    assert int(spec["imageName"].rpartition(":")[2]) >= 17, "the gate needs transaction_timeout"
    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
    assert spec["bootstrap"]["initdb"]["dataChecksums"] is True
    roles = {role["name"]: role for role in spec["managed"]["roles"]}
    assert roles.keys() == {MIGRATOR, *map(database, SERVICES), *(login for each in SERVICES for login in logins(each))}
    for service in SERVICES:
        assert roles[database(service)]["login"] is False
        for login in logins(service):
            assert roles[login]["inRoles"] == [database(service)]
    assert roles[MIGRATOR]["inRoles"] == [database(service) for service in SERVICES]
    databases = {each["spec"]["name"]: each["spec"] for each in others}
    assert databases.keys() == {database(service) for service in SERVICES}
    for name, each in databases.items():
        assert (each["owner"], each["databaseReclaimPolicy"]) == (name, "retain")


def test_ops_59_the_most_replicas_fit_the_connections() -> None:
    (cluster, *_) = documents("postgres.yaml")
    most = 0
    for each in rendering.variant("large"):
        name = each["metadata"]["name"].removeprefix("residency-")
        if name in SERVICES and each["kind"] in ("Deployment", "HorizontalPodAutoscaler"):
            replicas = each["spec"].get("replicas", each["spec"].get("maxReplicas", 0))
            # A unit of work and a fast lane each; one more replica while a release is rolled out.
            most += 2 * (8 if name == "enrollment" else 16) * (replicas + (each["kind"] == "Deployment"))
    assert 0 < most < int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])


def test_ops_59_nats_flushes_before_it_acknowledges() -> None:
    (values,) = documents("nats-values.yaml")
    config = values["config"]
    assert config["cluster"]["enabled"] is True
    assert config["cluster"]["replicas"] == rendering.values_of("large").get("nats", {}).get("replicas", 3)
    assert config["jetstream"]["merge"]["sync_interval"] == "always"
    assert config["merge"]["max_payload"] == f"<< {embedded_nats.MAX_PAYLOAD // 1024}KB >>"
    assert config["merge"]["$include"].endswith("/nats-accounts.conf")
    mounted = {each["name"]: each["mountPath"] for each in values["container"]["merge"]["volumeMounts"]}
    assert mounted == {"nats-accounts": "/etc/nats-accounts", "nats-passwords": "/etc/nats-passwords"}
    streams = yaml.safe_load((FOLDER.parent / "streams.yaml").read_text(encoding="utf-8"))
    usual = streams["stream_defaults"]["max_bytes"]
    room = int(config["jetstream"]["merge"]["max_file_store"].strip("<> GB")) * 10**9
    assert sum(stream.get("max_bytes", usual) for stream in streams["streams"]) < room


def test_ops_59_temporal_is_closed_and_remembers() -> None:
    (values,) = documents("temporal-values.yaml")
    config = values["server"]["config"]
    assert config["persistence"]["numHistoryShards"] == 512
    stores = config["persistence"]["datastores"]
    assert stores["default"]["sql"]["pluginName"] == stores["visibility"]["sql"]["pluginName"] == "postgres12_pgx"
    assert all("password" not in store["sql"] for store in stores.values())
    assert config["namespaces"]["namespace"] == [{"name": "residency", "retention": "30d"}]
    assert (config["authorization"]["authorizer"], config["authorization"]["claimMapper"]) == ("default", "default")
    assert values["server"]["tls"]["frontend"]["requireClientAuth"] is True
    assert values["web"]["enabled"] is False


def test_ops_59_every_named_certificate_is_asked_for() -> None:
    issued = {
        (each["metadata"]["namespace"], each["spec"]["secretName"])
        for each in documents("issuers.yaml")
        if each["kind"] == "Certificate"
    }
    (temporal,), (nats,) = documents("temporal-values.yaml"), documents("nats-values.yaml")
    tls = temporal["server"]["tls"]
    assert {("temporal", tls[part]["secretName"]) for part in ("internode", "frontend")} <= issued
    assert ("residency-data", nats["config"]["nats"]["tls"]["secretName"]) in issued
    said = rendering.values_of("mtls")
    assert {("residency", said[part]["tlsSecret"]) for part in ("nats", "temporal")} <= issued
    names = {each["metadata"]["name"] for each in documents("issuers.yaml") if each["kind"] == "Issuer"}
    chart = yaml.safe_load((rendering.CHART / "values.yaml").read_text(encoding="utf-8"))
    assert chart["mtls"]["issuer"]["name"] in names


def test_ops_59_what_is_mounted_is_what_residency_secrets_makes() -> None:
    fresh = made(rendering.RELEASE, "db:5432", "")
    processes = fresh["processes"]
    for each in rendering.variant("large"):
        template = each["spec"].get("template", each).get("spec", {}) if "spec" in each else {}
        for volume in template.get("volumes", []) if isinstance(template, dict) else []:
            if volume["name"] == "secrets":
                secret = volume["secret"]
                there = processes[secret["secretName"]].keys() | {
                    *("texts_key", "real_name_key", "texts_receipt_secret", "smtp_password"),
                }
                assert {item["key"] for item in secret["items"]} <= there, secret["secretName"]
                if each["kind"] in ("Deployment", "Pod"):
                    made_for = processes[secret["secretName"]].keys()
                    # Looking into databases is the operator's choice.
                    needed = {key for key in made_for if not key.endswith("_database_url")}
                    assert needed <= {item["key"] for item in secret["items"]}, secret["secretName"]
    (cluster, *_) = documents("postgres.yaml")
    for role in cluster["spec"]["managed"]["roles"]:
        if role["login"]:
            assert fresh["postgres"][role["passwordSecret"]["name"]]["username"] == role["name"]
    users = {line.partition(":")[0] for line in fresh["nats"]["nats-passwords"]["passwords.conf"].splitlines()}
    conf = (FOLDER / "nats-accounts.conf").read_text(encoding="utf-8")
    assert users
    assert all(f"password: ${user}" in conf for user in users)
    assert conf.count("password: $") == len(users)


def test_ops_59_a_store_brings_what_the_release_mounts_and_the_database_notices() -> None:
    process, login = documents("external-secrets.example.yaml")
    keys = {each["secretKey"] for each in process["spec"]["data"]}
    deployment = next(
        each
        for each in rendering.variant("large")
        if (each["kind"], each["metadata"]["name"]) == ("Deployment", "residency-identity")
    )
    volumes = deployment["spec"]["template"]["spec"]["volumes"]
    mounted = next(volume["secret"] for volume in volumes if volume["name"] == "secrets")
    assert process["spec"]["target"]["name"] == mounted["secretName"]
    assert keys == {item["key"] for item in mounted["items"]}
    made_by = login["spec"]["target"]["template"]
    assert made_by["type"] == "kubernetes.io/basic-auth"
    assert made_by["metadata"]["labels"] == {"cnpg.io/reload": "true"}, "without it a changed password waits"
    assert made_by["data"]["username"].replace("_", "-") == login["metadata"]["name"]
