"""OPS-60: an installed product has everything that a checkout has beside its Python code."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from services.kit.shipped import shipped

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "services",
    "workflows",
    "protos",
    "deploy/streams.yaml",
    "deploy/provinces",
)


def tracked(*paths: str) -> list[str]:
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", *paths], capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path and (ROOT / path).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in the wheel, built from what is tracked alone; data of the environment under its own path."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in tracked(*SOURCES):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, source / path)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(target)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    names = zipfile.ZipFile(next(target.glob("*.whl"))).namelist()
    return {name.partition(".data/data/")[2] or name for name in names}


def test_ops_60_code_templates_texts_and_migrations_are_in_the_wheel(wheel: set[str]) -> None:
    wanted = {path for path in tracked("services", "workflows") if not path.endswith(".md")}
    assert len(wanted) > 700
    assert wanted - wheel == set()


def test_ops_60_generated_contracts_are_in_the_wheel(wheel: set[str]) -> None:
    wanted = {path.removeprefix("protos/gen/") for path in tracked("protos/gen")}
    assert wanted
    assert wanted - wheel == set()


def test_ops_60_streams_provinces_and_deadlines_are_in_the_wheel(wheel: set[str]) -> None:
    wanted = tracked("deploy/streams.yaml", "deploy/provinces", "protos/residency/**/*.json")
    assert len(wanted) > 8
    assert set(wanted) - wheel == set()


def test_nothing_else_is_in_the_wheel(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert tops == {"services", "workflows", "residency", "buf", "deploy", "protos"}


def test_ops_60_what_a_checkout_lacks_is_looked_for_in_the_environment() -> None:
    assert shipped("deploy/streams.yaml") == ROOT / "deploy/streams.yaml"
    assert shipped("deploy/no-such-file") == Path(sys.prefix) / "deploy/no-such-file"
