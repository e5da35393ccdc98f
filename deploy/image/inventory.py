"""Writes what the image consists of: `inventory.py PYTHON_SBOM DEBIAN_STATUS_FOLDER OUTPUT_FOLDER`.

OPS-62: every component has a licence, and none has one that the project may not ship. Reads the CycloneDX document of
the Python environment, adds Debian's packages, and writes `sbom.cdx.json` and `licences.txt`. Exit code 1, with one
line for each component, when the licence of one is unknown or not among those allowed. Needs the standard library only.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OFL-1.1",
    "PSF-2.0",
    "Python-2.0",
    "Unlicense",
    "Zlib",
}
"""Licences, as SPDX names them, under which a library may be part of the image."""

NAMED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What libraries call their licence → its SPDX name."""

TOLD_ELSEWHERE = {"protobuf": "BSD-3-Clause"}
"""Library → its licence, where its metadata names none but its files do."""

_CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
_OPERATORS = {"AND", "OR", "WITH", ""}


def main() -> int:
    """Entry point; returns the exit code."""
    source, status, target = (Path(argument) for argument in sys.argv[1:])
    document = json.loads(source.read_text(encoding="utf-8"))
    libraries = sorted(document["components"], key=lambda each: each["name"].lower())
    system = [_debian(path.read_text(encoding="utf-8")) for path in sorted(status.iterdir())]
    document["components"] = [*libraries, *system]
    target.mkdir(parents=True, exist_ok=True)
    (target / "sbom.cdx.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    lines = [f"{each['name']} {each['version']}: {' '.join(licences(each)) or '?'}" for each in libraries]
    lines += [f"{each['name']} {each['version']}: /usr/share/doc/{each['name']}/copyright" for each in system]
    (target / "licences.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    problems = [problem for each in libraries if (problem := wrong(each))]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def licences(component: dict[str, Any]) -> list[str]:
    """The licences of a CycloneDX component in SPDX's names where these are known, else in the component's own."""
    if told := TOLD_ELSEWHERE.get(component["name"].lower()):
        return [told]
    found = []
    for each in component.get("licenses", []):
        if "expression" in each:
            found.append(str(each["expression"]))
        elif "id" in each["license"]:
            found.append(str(each["license"]["id"]))
        else:
            name = _CLASSIFIER.sub(r"\1", str(each["license"]["name"]))
            # Whole texts are known by the library's other names for them, or not at all.
            if "\n" not in name and not name.startswith("declared license"):
                found.append(NAMED.get(name, name))
    return list(dict.fromkeys(found))


def wrong(component: dict[str, Any]) -> str | None:
    """What is wrong with the licences of a CycloneDX component; None when nothing is."""
    found = licences(component)
    if not found:
        return f"{component['name']} {component['version']}: no licence is known"
    refused = [each for each in found if not _allowed(each)]
    return f"{component['name']} {component['version']}: {', '.join(refused)} is not allowed" if refused else None


def _allowed(expression: str) -> bool:
    """Whether an SPDX expression is met by allowed licences alone, or offers a choice of which one is."""
    choices = re.split(r"\s+OR\s+", expression.strip("() "))
    return any(
        all(word in ALLOWED for part in re.split(r"\s+AND\s+", choice) if (word := part.strip("() ")) not in _OPERATORS)
        for choice in choices
    )


def _debian(status: str) -> dict[str, Any]:
    fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", status, re.MULTILINE))
    name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
    return {
        "type": "library",
        "bom-ref": f"deb:{name}",
        "name": name,
        "version": version,
        "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=bookworm",
    }


if __name__ == "__main__":
    sys.exit(main())
