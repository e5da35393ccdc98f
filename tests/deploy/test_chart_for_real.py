"""OPS-50, OPS-54, OPS-56, OPS-57: processes migrate, start and become ready with what the chart mounts and tells them.

Secrets, roles and NATS users are made by our own commands; only places are others, for there is no cluster.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy import rendering
from services.cli.first_secrets import made
from services.cli.roles import script
from services.stack import probing
from tests.support import nats as nats_support
from tests.support import postgres as postgres_support
from tests.support import servers
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

ROOT = Path(__file__).parents[2]
ACCOUNTS = ROOT / "deploy" / "prerequisites" / "nats-accounts.conf"
PROCESSES = ("identity", "enrollment", "portal")


class Guarded(NatsServer):
    """A server with the accounts of production and the passwords of `residency secrets`."""

    passwords: str

    def settings(self) -> str:
        for folder, name, text in (
            ("nats-passwords", "passwords.conf", self.passwords),
            ("nats-accounts", ACCOUNTS.name, ACCOUNTS.read_text(encoding="utf-8")),
        ):
            (self.folder / folder).mkdir(exist_ok=True)
            (self.folder / folder / name).write_text(text)
        return f"include nats-accounts/{ACCOUNTS.name}\n"


class Site:
    """Both servers, the secrets that fit them, and how a pod's container becomes a child of ours."""

    def __init__(self, postgres: PostgresServer, folder: Path) -> None:
        self.folder = folder
        fresh = made(rendering.RELEASE, f"127.0.0.1:{postgres.port}", "")
        self.secrets = fresh["processes"]
        passwords = {
            f"RESIDENCY_PASSWORD_{each['username'].removeprefix('residency_').upper()}": each["password"]
            for each in fresh["postgres"].values()
        }
        program = postgres_support._binaries() / "psql"
        services = ("identity", "enrollment")
        subprocess.run(
            [str(program), "--no-psqlrc", "--quiet", postgres.admin_url],
            input="\n".join(script(services)),
            env={"PATH": os.environ["PATH"], **passwords},
            text=True,
            check=True,
        )
        self.nats = Guarded(servers.new_folder("residency-nats-"))
        self.nats.passwords = fresh["nats"]["nats-passwords"]["passwords.conf"]
        self.nats.start()
        self.ports = {name: {port: servers.free_port() for port in (7000, 8080, 9000)} for name in PROCESSES}

    def environment(self, name: str, spec: Mapping[str, Any]) -> dict[str, str]:
        """What the first container of a pod is told, with places of this machine, and its secrets as files."""
        mounted = next(volume["secret"] for volume in spec["volumes"] if volume["name"] == "secrets")
        folder = self.folder / mounted["secretName"]
        folder.mkdir(exist_ok=True)
        known = self.secrets[mounted["secretName"]] | {"texts_key": "key", "real_name_key": "key"}
        for item in mounted["items"]:
            (folder / item["path"]).write_text(known[item["key"]])
        places = {
            "/run/residency/secrets": str(folder),
            "/var/lib/residency": str(self.folder),
            "nats://nats.residency-data.svc:4222": self.nats.url,
            **{f"dns:///residency-{other}:7000": f"127.0.0.1:{ports[7000]}" for other, ports in self.ports.items()},
        }
        told = {entry["name"]: entry["value"] for entry in spec["containers"][0]["env"]}
        for setting, value in told.items():
            for place, here in places.items():
                told[setting] = told[setting].replace(place, here)
            if setting.endswith("_PORT"):
                told[setting] = str(self.ports[name][int(value)])
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}", **told}

    @asynccontextmanager
    async def running(self, name: str, spec: Mapping[str, Any]) -> AsyncIterator[Path]:
        """The container as a child; gone afterwards. Its log."""
        command = [sys.executable, *spec["containers"][0]["command"][1:]]
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            child = await asyncio.create_subprocess_exec(
                *command, env=self.environment(name, spec), cwd=self.folder, stdout=output, stderr=output
            )
        try:
            yield log
        finally:
            child.terminate()
            await child.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    postgres = postgres_support.create_server()
    found = Site(postgres, tmp_path_factory.mktemp("site"))
    yield found
    nats_support.remove_server(found.nats)
    postgres_support.remove_server(postgres)


def pods(kind: str) -> dict[str, Any]:
    return {
        each["metadata"]["name"].removeprefix("residency-"): each["spec"]["template"]["spec"]
        for each in rendering.variant("small")
        if each["kind"] == kind
    }


async def serving(port: int, asked: str) -> bool:
    """What the kubelet asks."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=asked))
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def test_ops_50_processes_start_with_what_the_chart_tells_them(site: Site) -> None:
    jobs = pods("Job")
    for service in ("identity", "enrollment"):
        spec = jobs[f"migrate-{service}"]
        job = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli.main", *spec["containers"][0]["command"][1:]),
            env=site.environment(service, spec),
            cwd=site.folder,
        )
        assert await job.wait() == 0, service
    deployments = pods("Deployment")
    async with (
        site.running("identity", deployments["identity"]) as first,
        site.running("enrollment", deployments["enrollment"]) as second,
        site.running("portal", deployments["portal"]) as third,
    ):
        for name, log in zip(PROCESSES, (first, second, third), strict=True):
            ports = site.ports[name]

            async def ready(port: int = ports[9000]) -> bool:
                return await probing.http_status(port, "/readyz") == 200

            try:
                await eventually(ready, f"{name} is ready", 60)
            except AssertionError:
                raise AssertionError(log.read_text()[-3000:]) from None
            if name != "portal":
                for asked in ("liveness", "readiness"):
                    await eventually(partial(serving, ports[7000], asked), f"{name} says by gRPC: {asked}", 20)
        assert await probing.http_status(site.ports["portal"][8080], "/") == 200
