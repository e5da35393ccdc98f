"""StoryService: the life of an application on one page."""

from __future__ import annotations

from typing import Any

from residency.enrollment.v1 import story_service_pb2 as pb
from residency.enrollment.v1.story_service_pb2_grpc import StoryServiceServicer
from services.enrollment.grpc_api import convert
from services.enrollment.handlers.story import StandingThen, StoryHandlers, StoryRow
from services.kit.auth import caller


class Stories(StoryServiceServicer):
    """Serves StoryService."""

    def __init__(self, handlers: StoryHandlers) -> None:
        self._handlers = handlers

    async def GetStory(self, request: pb.GetStoryRequest, context: Any) -> pb.GetStoryResponse:
        """Tells an application's life up to a moment."""
        as_of = convert.instant(request.as_of) if request.HasField("as_of") else None
        story = await self._handlers.get_story(caller(), request.application_id, as_of)
        return pb.GetStoryResponse(
            rows=map(_row_message, story.rows),
            standing=_standing_message(story.standing),
            as_of=convert.timestamp(story.as_of),
        )


def _row_message(row: StoryRow) -> pb.StoryRow:
    return pb.StoryRow(
        number=row.number,
        at=convert.timestamp(row.at),
        command=row.command,
        role=row.role,
        organisation_code=row.organisation,
        person_id=row.person_id,
        acted=row.acted,
        phase=convert.phase_message(row.phase),
        calendar_version=row.calendar_version,
        rule=row.rule,
        state_before=convert.state_message(row.state_before),
        state_after=convert.state_message(row.state_after),
        submission_number=row.submission_number,
        reason_code=row.reason_code,
        remark=row.remark,
        hash=row.hash,
    )


def _standing_message(standing: StandingThen) -> pb.Standing:
    submission = standing.submission
    return pb.Standing(
        state=convert.state_message(standing.state),
        submission_number=submission.number if submission is not None else 0,
        choice=convert.choice_message(submission.choice) if submission is not None else None,
        submitted_at=convert.timestamp(submission.submitted_at) if submission is not None else None,
        in_hand_of=standing.in_hand_of,
        holds_place=standing.holds_place,
        phase=convert.phase_message(standing.phase),
        version=standing.version,
    )
