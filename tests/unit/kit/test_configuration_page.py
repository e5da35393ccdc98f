"""OPS-26: every setting of every process, and every variable of the tools, stands on the page of settings."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from services.cli.setting_classes import classes
from services.kit import environment, secret_files
from services.kit.settings import Settings
from services.stack.processes import MODULES

SCRIPT = Path(__file__).parents[3] / "docs" / "configuration.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("configuration_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there for their module
    spec.loader.exec_module(module)
    return module


def test_ops_26_the_page_is_what_the_settings_say(script: ModuleType) -> None:
    assert SCRIPT.with_suffix(".md").read_text(encoding="utf-8") == script.document()


@pytest.mark.parametrize("process", MODULES)
def test_ops_26_every_setting_stands_in_the_table_of_its_process(process: str) -> None:
    page = SCRIPT.with_suffix(".md").read_text(encoding="utf-8")
    common, own = (
        set(re.findall(r"^\| `(RESIDENCY_\w+)`", page.partition(f"\n## {title}\n")[2].partition("\n## ")[0], re.M))
        for title in ("Every process", process)
    )
    settings = classes()[process]
    assert common == {f"RESIDENCY_{name.upper()}" for name in Settings.model_fields}
    assert common | own == environment.variables(settings) - secret_files.variables(settings).keys()


def test_ops_26_bounds_units_and_secrets_are_told(script: ModuleType) -> None:
    rows = {row.variable: row for row in script.rows_of(Settings, own=False)}
    drain = rows["RESIDENCY_DRAIN_SECONDS"]
    assert (drain.kind, drain.default, drain.secret) == ("number, ≥ 0, ≤ 60", "`0`", "")
    assert rows["RESIDENCY_DATABASE_URL"].secret == "or `…_FILE`"
    assert rows["RESIDENCY_KEYS_JSON"].secret == "or `RESIDENCY_KEYS_FILE`"
    [life] = [row for row in script.rows_of(classes()["identity"], own=True) if row.variable == "RESIDENCY_TOKEN_LIFE"]
    assert (life.kind, life.default) == ("duration, ≤ PT10M", "`PT10M`")
