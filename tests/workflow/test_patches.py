"""The registry of patches and the code agree, and no patch has outlived what it protects."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from workflows.patches import PATCHES

USED = {
    match
    for path in Path("workflows").rglob("*.py")
    if path.name != "patches.py"
    for match in re.findall(r"(?:patched|deprecate_patch)\(\s*[\"']([^\"']+)[\"']", path.read_text())
}


def test_every_patch_in_the_code_is_listed_and_every_listed_one_used() -> None:
    assert {patch.patch_id for patch in PATCHES} == USED


def test_no_patch_is_overdue_and_each_says_why() -> None:
    today = datetime.now(UTC).date()
    assert not [patch.patch_id for patch in PATCHES if patch.removable_after < today]
    assert all(patch.why and patch.since < patch.removable_after for patch in PATCHES)
