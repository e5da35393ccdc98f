"""OPS-62: every component of the image has a licence, and none that the project may not ship."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.image import inventory


def component(*licences: dict[str, Any], name: str = "thing") -> dict[str, Any]:
    return {"name": name, "version": "1", "licenses": list(licences)}


@pytest.mark.parametrize(
    "licence",
    [
        {"license": {"id": "MIT"}},
        {"license": {"name": "License :: OSI Approved :: BSD License"}},
        {"license": {"name": "Apache 2.0"}},
        {"expression": "MIT OR GPL-3.0-only"},
        {"expression": "BSD-3-Clause AND (MIT)"},
    ],
)
def test_ops_62_a_licence_that_may_be_shipped_passes(licence: dict[str, Any]) -> None:
    assert inventory.wrong(component(licence)) is None


@pytest.mark.parametrize(
    "licence",
    [
        {"license": {"id": "AGPL-3.0-only"}},
        {"license": {"name": "Our own"}},
        {"expression": "MIT AND GPL-3.0-only"},
    ],
)
def test_ops_62_another_one_is_refused_by_name(licence: dict[str, Any]) -> None:
    said = inventory.wrong(component(licence))
    assert said is not None
    assert said.startswith("thing 1: ")
    assert said.endswith(" is not allowed")


def test_ops_62_none_is_refused_unless_its_files_were_read() -> None:
    assert inventory.wrong(component()) == "thing 1: no licence is known"
    assert inventory.wrong(component(name="protobuf")) is None


def test_ops_62_debians_packages_stand_beside_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "python.json").write_text(json.dumps({"components": [component({"license": {"id": "MIT"}})]}))
    (tmp_path / "status").mkdir()
    (tmp_path / "status/libc6").write_text(
        "Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\nDescription: C\n library\n"
    )
    folders = [str(tmp_path / name) for name in ("python.json", "status", "out")]
    command = [sys.executable, inventory.__file__, *folders]
    subprocess.run(command, check=True)
    listed = json.loads((tmp_path / "out/sbom.cdx.json").read_text())["components"]
    assert [each.get("purl", each["name"]) for each in listed] == [
        "thing",
        "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=bookworm",
    ]
    assert (tmp_path / "out/licences.txt").read_text() == "thing 1: MIT\nlibc6 2.36-9: /usr/share/doc/libc6/copyright\n"
