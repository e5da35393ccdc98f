"""OPS-60: what the product needs beside its Python code is part of every installation, under the same relative path.

In a checkout it stands beside the `services` folder; a wheel lays it into the folder of the environment (`sys.prefix`).
"""

from __future__ import annotations

import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]


def shipped(path: str) -> Path:
    """Where `path` of the repository is, such as `deploy/streams.yaml`; it need not exist."""
    beside_the_code = _CHECKOUT / path
    return beside_the_code if beside_the_code.exists() else Path(sys.prefix) / path
