"""Which metrics processes really tell, by name and label, from the very objects they are declared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import promql_parser
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from services.enrollment import metrics as enrollment
from services.kit import metrics as kit
from services.notify import metrics as notify
from tests.deploy.rules import rules
from workflows import metrics as workflows

MODULES: tuple[ModuleType, ...] = (kit, enrollment, notify, workflows)
"""Where metrics are declared: `test_metrics_are_declared_in_one_place` compares with the code."""
CORE = {
    "temporal_workflow_task_schedule_to_start_latency_seconds_bucket": {"task_queue", "le"},
    "temporal_workflow_task_execution_failed_total": {"failure_reason"},
    "temporal_activity_execution_latency_seconds_bucket": {"activity_type", "le"},
    "temporal_activity_execution_failed_total": {"activity_type"},
    "temporal_worker_task_slots_available": {"task_queue", "worker_type"},
    "temporal_request_failure_total": {"operation"},
}
"""What Temporal's SDK tells, as far as we look at it: its names with `kit.temporal`'s settings, and the labels used."""
PROCESS = {
    "process_start_time_seconds": set[str](),
    "process_resident_memory_bytes": set[str](),
    "process_cpu_seconds_total": set[str](),
}
"""What prometheus_client tells of any process."""
SCRAPED = {"instance", "job", "pod", "namespace"}
"""Labels that Prometheus adds."""


@cache
def series() -> dict[str, set[str]]:
    """Every series by name, with its labels."""
    found: dict[str, set[str]] = {**CORE, **PROCESS}
    for module in MODULES:
        for metric in declared(module):
            labels = set(metric._labelnames)
            name = metric._name
            if isinstance(metric, Histogram):
                found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
            elif isinstance(metric, Counter):
                found[f"{name}_total"] = labels
            else:
                found[name] = labels
    for _, rule in rules():
        if "record" in rule:
            found[rule["record"]] = set()
    return found


def declared(module: ModuleType) -> list[MetricWrapperBase]:
    """The metrics of a module."""
    return [each for each in vars(module).values() if isinstance(each, MetricWrapperBase)]


def buckets(name: str) -> set[str]:
    """The bounds of a histogram of ours, as `le` writes them; empty for another's."""
    for module in MODULES:
        for metric in declared(module):
            if isinstance(metric, Histogram) and f"{metric._name}_bucket" == name:
                return {str(bound) for bound in metric._upper_bounds} | {"+Inf"}
    return set()


def amiss(expression: str) -> list[str]:
    """What an expression names that is not there: a series, a label of it, or a bucket's bound."""
    wrong = []
    for selector in _selectors(promql_parser.parse(expression)):
        name = selector.name or ""
        labels = series().get(name)
        if labels is None:
            wrong.append(f"no series {name}")
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels | SCRAPED:
                wrong.append(f"{name} has no label {matcher.name}")
            if matcher.name == "le" and matcher.value not in buckets(name):
                wrong.append(f"{name} has no bucket {matcher.value}")
    grouped = {
        label for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression) for label in re.findall(r"\w+", group)
    }
    known = SCRAPED.union(
        *(series().get(each.name or "", set()) for each in _selectors(promql_parser.parse(expression)))
    )
    return wrong + [f"nothing here has a label {label}" for label in sorted(grouped - known)]


def _selectors(node: object) -> Iterator[promql_parser.VectorSelector]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node
        return
    for name in ("lhs", "rhs", "expr", "vector_selector", "vs"):
        child = getattr(node, name, None)
        if child is not None and child is not node:
            yield from _selectors(child)
    for child in getattr(node, "args", None) or ():
        yield from _selectors(child)
