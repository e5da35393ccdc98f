"""What is counted of workflows. Labels are names of workflows and states; never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

WORKFLOW_RUNS = Gauge(
    "residency_workflow_runs", "Workflows by name, running or failed within a day.", ["workflow", "status"]
)
WORKFLOW_TROUBLE = Counter(
    "residency_workflow_trouble_total", "What the SDK says went wrong, by what it was.", ["what"]
)
RECONCILED = Gauge("residency_reconciled_timestamp_seconds", "When what is open was last compared, in Unix time.")
RECONCILE_DIFFERENCES = Counter(
    "residency_reconcile_differences_total", "Differences found and mended, by what was amiss.", ["what"]
)
