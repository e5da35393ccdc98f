"""Evaluations of entry rules as messages."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import faculty_pb2
from services.faculty.domain.entry_rules import Evaluation, Verdict

_VERDICTS = {
    Verdict.MET: faculty_pb2.VERDICT_MET,
    Verdict.NOT_MET: faculty_pb2.VERDICT_NOT_MET,
    Verdict.UNKNOWN: faculty_pb2.VERDICT_UNKNOWN,
}


def evaluation_message(evaluation: Evaluation) -> faculty_pb2.Evaluation:
    """An evaluation with its findings in order; without an instant while it was kept nowhere."""
    at = Timestamp()
    if evaluation.evaluated_at is not None:
        at.FromDatetime(evaluation.evaluated_at)
    findings = [
        faculty_pb2.RuleFinding(
            rule=each.rule,
            sentence=each.sentence,
            verdict=_VERDICTS[each.verdict],
            flagged=each.flagged,
            evidence=each.evidence,
            met_from=each.met_from.isoformat() if each.met_from else "",
            consequence=each.consequence,
        )
        for each in evaluation.findings
    ]
    return faculty_pb2.Evaluation(
        reference_date=evaluation.reference.isoformat(),
        evaluated_at=at if evaluation.evaluated_at else None,
        edition=evaluation.edition,
        findings=findings,
        passes=evaluation.passes,
    )
