"""What PublishedList asks and orders: one gRPC call a method."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from temporalio import activity

from residency.enrollment.v1 import selection_service_pb2 as wire
from residency.notify.v1 import notify_service_pb2 as notify
from workflows.published_list.contract import ListNotice, ListProgress, ListQuestion, NoticeTemplate
from workflows.wire import instant, instant_of, quiet_of, translated_failures


class Lists(Protocol):
    """The part of enrollment's SelectionService used here."""

    def GetListProgress(self, request: wire.GetListProgressRequest, /) -> Awaitable[wire.GetListProgressResponse]:
        """Counts how the people of a list stand."""
        ...


class Notices(Protocol):
    """The part of notify's NotifyService used here."""

    def SendNotice(self, request: notify.SendNoticeRequest, /) -> Awaitable[notify.SendNoticeResponse]:
        """Sends a notice once per key."""
        ...


class ListActivities:
    """The activities of PublishedList, over enrollment's SelectionService and notify's NotifyService."""

    def __init__(self, enrollment: Lists, notices: Notices) -> None:
        self._enrollment = enrollment
        self._notices = notices

    @activity.defn
    async def get_list_progress(self, question: ListQuestion) -> ListProgress:
        """The list as it stands now."""
        with translated_failures():
            answer = await self._enrollment.GetListProgress(wire.GetListProgressRequest(list_id=question.list_id))
        return progress_of(answer)

    @activity.defn
    async def send_list_notice(self, notice: ListNotice) -> None:
        """Tell the staff of an organisation, once per key."""
        with translated_failures():
            request = notify.SendNoticeRequest(
                key=notice.key,
                template=notice.template,
                organisation_code=notice.organisation_code,
                parameters=parameters_of(notice),
            )
            request.release_at.FromDatetime(notice.release_at)
            await self._notices.SendNotice(request)


def progress_of(answer: wire.GetListProgressResponse) -> ListProgress:
    """The contract's counts as the workflow reads them."""
    return ListProgress(
        ends_at=instant(answer.ends_at),
        verification_closes_at=instant(answer.verification_closes_at),
        entries=answer.entries,
        admissible=answer.admissible,
        objected=answer.objected,
        admitted=answer.admitted,
        base_provisional=answer.base_provisional,
        province_code=answer.province_code,
        held=answer.held,
        day_seconds=answer.day_seconds,
        reminder_days=list(answer.time_policy.verification_reminder_days),
        read_at=instant(answer.read_at),
        number=answer.number,
        undo_until=instant_of(answer, "undo_until"),
        quiet=quiet_of(answer.time_policy),
    )


def parameters_of(notice: ListNotice) -> dict[str, str]:
    """The parameters that the notice's template takes."""
    count, closes_at = str(notice.count), notice.closes_at.isoformat()
    match notice.template:
        case NoticeTemplate.PUBLICITY_ENDED:
            return {
                "number": str(notice.number),
                "admissible": str(notice.admissible),
                "objected": str(notice.objected),
            }
        case NoticeTemplate.VERIFICATION_REMINDER:
            return {"count": count, "closes_at": closes_at}
        case NoticeTemplate.VERIFICATION_OVERDUE:
            return {"count": count}
        case NoticeTemplate.VERIFICATION_OVERDUE_PROVINCE:
            return {"base": notice.base_code, "count": count}
