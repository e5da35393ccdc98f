"""RatingService over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from residency.faculty.v1 import rating_service_pb2 as pb
from residency.faculty.v1 import rating_service_pb2_grpc
from services.faculty.domain.ratings import ITEMS, parse_month
from services.faculty.handlers.ratings import NewRating, RatedMonth, RatedYear, RatingHandlers
from services.kit.auth import caller
from services.kit.grpc_server import Servicer

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class RatingApi(rating_service_pb2_grpc.RatingServiceServicer):
    """Answers RatingService; failures are DomainErrors that the server turns into statuses."""

    def __init__(self, ratings: RatingHandlers) -> None:
        self._ratings = ratings

    async def ListMyRatings(self, request: pb.ListMyRatingsRequest, context: Context) -> pb.ListMyRatingsResponse:
        """The months one trained."""
        found = await self._ratings.list_mine(caller())
        return pb.ListMyRatingsResponse(months=[_month(each) for each in found])

    async def RateTeacher(self, request: pb.RateTeacherRequest, context: Context) -> pb.RateTeacherResponse:
        """Rates a teacher."""
        month = parse_month(request.month)
        new = NewRating(month, request.department_code, request.teacher_id, dict(request.scores), request.remark)
        found = await self._ratings.rate(caller(), new, request.idempotency_key)
        return pb.RateTeacherResponse(month=_month(found))

    async def GetRatingForm(self, request: pb.GetRatingFormRequest, context: Context) -> pb.GetRatingFormResponse:
        """The items."""
        items = [pb.RatingItem(key=key, label=label, label_en=english) for key, (label, english) in ITEMS.items()]
        return pb.GetRatingFormResponse(items=items)

    async def GetRatings(self, request: pb.GetRatingsRequest, context: Context) -> pb.GetRatingsResponse:
        """A teacher's years."""
        found = await self._ratings.of(caller(), request.person_id)
        return pb.GetRatingsResponse(years=[_year(each) for each in found])

    async def ListRemarks(self, request: pb.ListRemarksRequest, context: Context) -> pb.ListRemarksResponse:
        """What was said of a teacher."""
        return pb.ListRemarksResponse(remarks=await self._ratings.remarks(caller(), request.person_id, request.year))


def servicer(ratings: RatingHandlers) -> Servicer:
    """What the server needs to serve RatingService."""
    return Servicer(
        pb.DESCRIPTOR.services_by_name["RatingService"],
        rating_service_pb2_grpc.add_RatingServiceServicer_to_server,
        RatingApi(ratings),
    )


def _month(one: RatedMonth) -> pb.RatedMonth:
    return pb.RatedMonth(
        month=f"{one.month.month:%Y-%m}",
        department_code=one.month.department_code,
        teacher_id=one.month.teacher_id,
        teacher_name=one.teacher_name,
        rated_at=_instant(one.rated_at) if one.rated_at else None,
        until=_instant(one.until),
    )


def _year(one: RatedYear) -> pb.YearOfRatings:
    if one.tally is None:
        return pb.YearOfRatings(year=one.year, result=one.result)
    return pb.YearOfRatings(
        year=one.year,
        count=one.tally.count,
        mean=round(one.tally.mean, 2),
        items={key: round(mean, 2) for key, mean in one.tally.means.items()},
        result=one.result,
    )


def _instant(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
