"""The national standards as this version of the product carries them: `data/standards_cn.yaml` (ROT-07)."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from services.faculty.domain.standards import Catalogue, catalogue


@cache
def standards() -> Catalogue:
    """ROT-07: every standard, checked. Raises StandardsWrong for a file that contradicts itself."""
    text = resources.files("services.faculty").joinpath("data", "standards_cn.yaml").read_text(encoding="utf-8")
    return catalogue(yaml.safe_load(text))
