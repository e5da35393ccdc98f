import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from residency.enrollment.v1 import application_pb2 as _application_pb2
from residency.kit.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OfferOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OFFER_OUTCOME_UNSPECIFIED: _ClassVar[OfferOutcome]
    OFFER_OUTCOME_OPEN: _ClassVar[OfferOutcome]
    OFFER_OUTCOME_ACCEPTED: _ClassVar[OfferOutcome]
    OFFER_OUTCOME_DECLINED: _ClassVar[OfferOutcome]
    OFFER_OUTCOME_EXPIRED: _ClassVar[OfferOutcome]
OFFER_OUTCOME_UNSPECIFIED: OfferOutcome
OFFER_OUTCOME_OPEN: OfferOutcome
OFFER_OUTCOME_ACCEPTED: OfferOutcome
OFFER_OUTCOME_DECLINED: OfferOutcome
OFFER_OUTCOME_EXPIRED: OfferOutcome

class HeldPlace(_message.Message):
    __slots__ = ("application_id", "submission_number", "base_code", "specialty_code", "state", "round", "version", "provisional_at", "admitted_at", "confirmed_at", "revocation_proposed", "offered_until", "ending")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_AT_FIELD_NUMBER: _ClassVar[int]
    ADMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOCATION_PROPOSED_FIELD_NUMBER: _ClassVar[int]
    OFFERED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ENDING_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    base_code: str
    specialty_code: str
    state: _application_pb2.ApplicationState
    round: int
    version: int
    provisional_at: _timestamp_pb2.Timestamp
    admitted_at: _timestamp_pb2.Timestamp
    confirmed_at: _timestamp_pb2.Timestamp
    revocation_proposed: bool
    offered_until: _timestamp_pb2.Timestamp
    ending: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., state: _Optional[_Union[_application_pb2.ApplicationState, str]] = ..., round: _Optional[int] = ..., version: _Optional[int] = ..., provisional_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., admitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revocation_proposed: _Optional[bool] = ..., offered_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ending: _Optional[str] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ("application_id", "number", "base_code", "specialty_code", "offered_at", "until", "outcome", "ended_at", "name", "masked_document", "waiting_rank", "seat_offer_id")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    OFFERED_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    WAITING_RANK_FIELD_NUMBER: _ClassVar[int]
    SEAT_OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    base_code: str
    specialty_code: str
    offered_at: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    outcome: OfferOutcome
    ended_at: _timestamp_pb2.Timestamp
    name: str
    masked_document: str
    waiting_rank: int
    seat_offer_id: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., offered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[_Union[OfferOutcome, str]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ..., waiting_rank: _Optional[int] = ..., seat_offer_id: _Optional[str] = ...) -> None: ...

class Revocation(_message.Message):
    __slots__ = ("application_id", "number", "base_code", "specialty_code", "reason", "proposed_at", "decided_at", "approved", "name", "masked_document")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    base_code: str
    specialty_code: str
    reason: str
    proposed_at: _timestamp_pb2.Timestamp
    decided_at: _timestamp_pb2.Timestamp
    approved: bool
    name: str
    masked_document: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., reason: _Optional[str] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., approved: _Optional[bool] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ...) -> None: ...

class GrantProposal(_message.Message):
    __slots__ = ("application_id", "number", "base_code", "specialty_code", "submission_number", "remark", "proposed_at", "answered_at", "confirmed", "name", "masked_document")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    base_code: str
    specialty_code: str
    submission_number: int
    remark: str
    proposed_at: _timestamp_pb2.Timestamp
    answered_at: _timestamp_pb2.Timestamp
    confirmed: bool
    name: str
    masked_document: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., submission_number: _Optional[int] = ..., remark: _Optional[str] = ..., proposed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed: _Optional[bool] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ...) -> None: ...

class Quit(_message.Message):
    __slots__ = ("application_id", "base_code", "specialty_code", "reason_code", "measures", "destination", "base_opinion", "recorded_at", "name", "masked_document")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    BASE_OPINION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MASKED_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    base_code: str
    specialty_code: str
    reason_code: str
    measures: str
    destination: str
    base_opinion: str
    recorded_at: _timestamp_pb2.Timestamp
    name: str
    masked_document: str
    def __init__(self, application_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., reason_code: _Optional[str] = ..., measures: _Optional[str] = ..., destination: _Optional[str] = ..., base_opinion: _Optional[str] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., name: _Optional[str] = ..., masked_document: _Optional[str] = ...) -> None: ...

class UndoRequest(_message.Message):
    __slots__ = ("application_id", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class UndoResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ChangeSpecialtyRequest(_message.Message):
    __slots__ = ("application_id", "submission_number", "specialty_code", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    specialty_code: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., specialty_code: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ChangeSpecialtyResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ReportNoShowRequest(_message.Message):
    __slots__ = ("application_id", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ReportNoShowResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class RecordQuitRequest(_message.Message):
    __slots__ = ("application_id", "reason_code", "measures", "destination", "base_opinion", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_FIELD_NUMBER: _ClassVar[int]
    BASE_OPINION_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    reason_code: str
    measures: str
    destination: str
    base_opinion: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., reason_code: _Optional[str] = ..., measures: _Optional[str] = ..., destination: _Optional[str] = ..., base_opinion: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RecordQuitResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class DeferRequest(_message.Message):
    __slots__ = ("application_id", "until_year", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_YEAR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    until_year: int
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., until_year: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DeferResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ListQuitsRequest(_message.Message):
    __slots__ = ("cycle_id",)
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    def __init__(self, cycle_id: _Optional[str] = ...) -> None: ...

class ListQuitsResponse(_message.Message):
    __slots__ = ("quits",)
    QUITS_FIELD_NUMBER: _ClassVar[int]
    quits: _containers.RepeatedCompositeFieldContainer[Quit]
    def __init__(self, quits: _Optional[_Iterable[_Union[Quit, _Mapping]]] = ...) -> None: ...

class ProposeRevocationRequest(_message.Message):
    __slots__ = ("application_id", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeRevocationResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class DecideRevocationRequest(_message.Message):
    __slots__ = ("application_id", "approve", "remark", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    approve: bool
    remark: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., approve: _Optional[bool] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class DecideRevocationResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ListRevocationsRequest(_message.Message):
    __slots__ = ("cycle_id", "open_only")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    open_only: bool
    def __init__(self, cycle_id: _Optional[str] = ..., open_only: _Optional[bool] = ...) -> None: ...

class ListRevocationsResponse(_message.Message):
    __slots__ = ("revocations",)
    REVOCATIONS_FIELD_NUMBER: _ClassVar[int]
    revocations: _containers.RepeatedCompositeFieldContainer[Revocation]
    def __init__(self, revocations: _Optional[_Iterable[_Union[Revocation, _Mapping]]] = ...) -> None: ...

class AnnulRequest(_message.Message):
    __slots__ = ("application_id", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AnnulResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class GrantExceptionRequest(_message.Message):
    __slots__ = ("application_id", "number", "reason", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: str
    reason: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[str] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class GrantExceptionResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ConfirmPlaceRequest(_message.Message):
    __slots__ = ("application_id", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ConfirmPlaceResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ProposeGrantRequest(_message.Message):
    __slots__ = ("application_id", "submission_number", "qualified", "remark", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    QUALIFIED_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    submission_number: int
    qualified: bool
    remark: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., submission_number: _Optional[int] = ..., qualified: _Optional[bool] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ProposeGrantResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: GrantProposal
    def __init__(self, proposal: _Optional[_Union[GrantProposal, _Mapping]] = ...) -> None: ...

class ConfirmGrantRequest(_message.Message):
    __slots__ = ("application_id", "number", "approve", "remark", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    approve: bool
    remark: str
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ..., approve: _Optional[bool] = ..., remark: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class ConfirmGrantResponse(_message.Message):
    __slots__ = ("proposal",)
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    proposal: GrantProposal
    def __init__(self, proposal: _Optional[_Union[GrantProposal, _Mapping]] = ...) -> None: ...

class ListGrantProposalsRequest(_message.Message):
    __slots__ = ("cycle_id", "open_only")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    open_only: bool
    def __init__(self, cycle_id: _Optional[str] = ..., open_only: _Optional[bool] = ...) -> None: ...

class ListGrantProposalsResponse(_message.Message):
    __slots__ = ("proposals",)
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    proposals: _containers.RepeatedCompositeFieldContainer[GrantProposal]
    def __init__(self, proposals: _Optional[_Iterable[_Union[GrantProposal, _Mapping]]] = ...) -> None: ...

class AnswerOfferRequest(_message.Message):
    __slots__ = ("application_id", "accept", "idempotency_key")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    accept: bool
    idempotency_key: str
    def __init__(self, application_id: _Optional[str] = ..., accept: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class AnswerOfferResponse(_message.Message):
    __slots__ = ("place",)
    PLACE_FIELD_NUMBER: _ClassVar[int]
    place: HeldPlace
    def __init__(self, place: _Optional[_Union[HeldPlace, _Mapping]] = ...) -> None: ...

class ListOffersRequest(_message.Message):
    __slots__ = ("cycle_id", "open_only", "page_token")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    open_only: bool
    page_token: str
    def __init__(self, cycle_id: _Optional[str] = ..., open_only: _Optional[bool] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOffersResponse(_message.Message):
    __slots__ = ("offers", "next_page_token")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[Offer]
    next_page_token: str
    def __init__(self, offers: _Optional[_Iterable[_Union[Offer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OfferNextRequest(_message.Message):
    __slots__ = ("cycle_id", "base_code", "specialty_code", "seat_offer_id")
    CYCLE_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_CODE_FIELD_NUMBER: _ClassVar[int]
    SPECIALTY_CODE_FIELD_NUMBER: _ClassVar[int]
    SEAT_OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    cycle_id: str
    base_code: str
    specialty_code: str
    seat_offer_id: str
    def __init__(self, cycle_id: _Optional[str] = ..., base_code: _Optional[str] = ..., specialty_code: _Optional[str] = ..., seat_offer_id: _Optional[str] = ...) -> None: ...

class OfferNextResponse(_message.Message):
    __slots__ = ("offer", "ended")
    OFFER_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    offer: Offer
    ended: str
    def __init__(self, offer: _Optional[_Union[Offer, _Mapping]] = ..., ended: _Optional[str] = ...) -> None: ...

class ExpireOfferRequest(_message.Message):
    __slots__ = ("application_id", "number")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    number: int
    def __init__(self, application_id: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class ExpireOfferResponse(_message.Message):
    __slots__ = ("outcome",)
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    outcome: OfferOutcome
    def __init__(self, outcome: _Optional[_Union[OfferOutcome, str]] = ...) -> None: ...
