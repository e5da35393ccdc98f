"""YAML that people paste: plain data only, and no aliases, which can make a short text a very large thing."""

from __future__ import annotations

from typing import Any

import yaml


class _Plain(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def load(text: str) -> Any:
    """The data that `text` describes; raises yaml.YAMLError, for what is nested beyond all sense too."""
    try:
        return yaml.load(text, Loader=_Plain)  # noqa: S506  (a safe loader that takes even less)
    except RecursionError:
        raise yaml.YAMLError("nested too deep") from None
    except ValueError as error:  # a day that no calendar has, a number of thousands of digits
        raise yaml.YAMLError("a value that is none") from error
