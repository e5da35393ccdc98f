"""`residency trace`."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli import output
from services.stack import traces


def register(app: typer.Typer) -> None:
    """Add `trace`."""
    app.command("trace")(trace)


def trace(
    trace_id: Annotated[str, typer.Argument(help="A trace id, as it stands in a log line; its first digits do.")] = "",
    last: Annotated[str, typer.Option(help="The newest trace (that succeeded) with a span named so, in part.")] = "",
    data: output.DataOption = output.DEFAULT_DATA,
    as_json: output.JsonOption = False,
) -> None:
    """Show one trace through all processes as a tree: process, span, when it began and how long it took.

    Example: residency trace --last ReviewApplication
    """
    if bool(trace_id) == bool(last):
        output.fail("give a trace id or --last NAME", output.USAGE)
    spans = traces.read(data)
    if last:
        trace_id = traces.newest(spans, last)
    matching = {span.trace_id for span in spans if trace_id and span.trace_id.startswith(trace_id)}
    if not matching:
        what = f"a span named {last!r}" if last else f"trace {trace_id}"
        output.fail(f"{what} is not under {data / 'traces'} (yet)", output.NOT_FOUND)
    if len(matching) > 1:
        output.fail(f"{len(matching)} traces begin with {trace_id}: give more digits", output.USAGE)
    trace_id = matching.pop()
    roots = traces.tree(spans, trace_id)
    if as_json:
        output.write_json({"trace_id": trace_id, "spans": [_value(root) for root in roots]})
        return
    output.say(f"trace {trace_id}")
    for line in traces.lines(roots):
        output.say(line)


def _value(span: traces.Span) -> dict[str, object]:
    return {
        "process": span.process,
        "name": span.name,
        "start": span.start.isoformat(),
        "milliseconds": round(span.milliseconds, 3),
        "failed": span.failed,
        "children": [_value(child) for child in span.children],
    }
