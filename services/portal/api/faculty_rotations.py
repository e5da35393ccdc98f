"""Trainees, standards, rotation plans, and who teaches whom."""

from __future__ import annotations

from fastapi import APIRouter

from residency.faculty.v1 import assignment_service_pb2, report_service_pb2, rotation_service_pb2
from services.portal.api.table import Row, add_rows

router = APIRouter(tags=["rotations"])

add_rows(
    router,
    rotation_service_pb2,
    "RotationService",
    "rotations",
    (
        Row("GET", "/trainees", "ListTrainees", "List trainees."),
        Row("PUT", "/trainees/{trainee_id}", "SetTrainee", "Set kind and days of training."),
        Row(
            "GET",
            "/rotation-standards",
            "ListStandards",
            "List the standards of rotation (轮转专业规范); open to anyone.",
        ),
        Row("GET", "/departments/disciplines", "ListDisciplines", "Which department trains in what."),
        Row("PUT", "/departments/{department_code}/disciplines", "SetDiscipline", "Say what a department trains in."),
        Row("POST", "/rotation-plans/preview", "PreviewPlans", "What generated plans would look like."),
        Row("POST", "/rotation-plans", "GeneratePlans", "Make them.", 201),
        Row("POST", "/rotation-plans/import", "ImportPlans", "Check a workbook of plans, or take it over."),
        Row("PUT", "/trainees/{trainee_id}/plan", "EditPlan", "Replace the future of a plan."),
        Row("GET", "/rotation-plans", "GetPlan", "Read a plan: one's own, or with `trainee_id` another's."),
        Row("GET", "/trainees/{trainee_id}/plan/versions", "ListPlanVersions", "List its versions."),
        Row(
            "GET",
            "/departments/{department_code}/rotations",
            "GetDepartmentView",
            "Read rotations by department (按科室查看).",
        ),
        Row("GET", "/rotations/on/{on_day}", "GetDayView", "Read rotations on a day (按日期查看)."),
    ),
)

add_rows(
    router,
    assignment_service_pb2,
    "AssignmentService",
    "assignment",
    (
        Row(
            "GET",
            "/departments/{department_code}/cells",
            "GetGrid",
            "Read the grid: department (科室) × teacher (带教老师) × month.",
        ),
        Row("POST", "/cells", "EditCells", "Assign, clear, lock or unlock cells."),
        Row("POST", "/assignment-proposals", "ProposeAssignment", "Work out a proposal (自动分配).", 201),
        Row("GET", "/assignment-proposals/{proposal_id}", "GetProposal", "Read it."),
        Row("POST", "/assignment-proposals/{proposal_id}/commitment", "CommitProposal", "Take it over."),
        Row("POST", "/assignment-proposals/{proposal_id}/discard", "DiscardProposal", "Throw it away."),
        Row("GET", "/cells/orphaned", "ListOrphans", "Months whose teacher is gone."),
        Row("GET", "/cells/mine", "ListMyMonths", "One's own months."),
        Row("POST", "/faculty/leave", "RecordLeave", "Say that a teacher is away.", 201),
        Row("GET", "/faculty/leave", "ListLeave", "List absences."),
        Row("POST", "/faculty/leave/{leave_id}/end", "EndLeave", "Take one away, or end it sooner."),
    ),
)

add_rows(
    router,
    report_service_pb2,
    "FacultyReportService",
    "faculty_reports",
    (
        Row("GET", "/faculty/reports/{report}", "GetFacultyReport", "Counts of faculty, load, coverage."),
        Row("POST", "/faculty/exports", "CreateFacultyExport", "Make a table to take away.", 201),
        Row("GET", "/faculty/exports/dictionary", "ListFacultyDictionary", "What its columns mean."),
        Row(
            "GET",
            "/faculty/appointments/{appointment_id}/certificate",
            "GetCertificate",
            "Read a certificate of appointment (聘书) as PDF.",
        ),
        Row(
            "GET",
            "/faculty/certificates/{code}",
            "CheckCertificate",
            "Whether a certificate is genuine; open to anyone.",
        ),
    ),
)
