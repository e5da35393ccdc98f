"""Identity's records as messages of its contract, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from residency.identity.v1 import account_pb2
from services.identity.domain import documents
from services.identity.domain.documents import DocumentType, Sex
from services.identity.domain.roles import Role
from services.identity.records import Hat, Person, PersonState
from services.kit.domain import DomainError, Kind
from services.kit.vault import Vault


def role_of(role: Any) -> Role:
    """The role of a message."""
    return Role[account_pb2.Role.Name(role).removeprefix("ROLE_")]


def document_type_of(kind: Any) -> DocumentType:
    """The document type of a message."""
    return DocumentType[account_pb2.DocumentType.Name(kind).removeprefix("DOCUMENT_TYPE_")]


def sex_of(sex: Any) -> Sex | None:
    """The sex of a message; None when it was not said."""
    name = account_pb2.Sex.Name(sex).removeprefix("SEX_")
    return None if name == "UNSPECIFIED" else Sex[name]


def instant(at: datetime | None) -> Timestamp | None:
    """An instant for a message field; None leaves the field unset."""
    if at is None:
        return None
    message = Timestamp()
    message.FromDatetime(at)
    return message


def person_message(person: Person, role: Role | None, organisation_code: str, vault: Vault) -> account_pb2.Person:
    """A person as others may see them: numbers masked."""
    kind, sealed = person.document_type, person.document_sealed
    document = documents.mask(vault.open(sealed, person.person_id)) if sealed else ""
    mobile = documents.mask_mobile(vault.open(person.mobile_sealed, person.person_id)) if person.mobile_sealed else ""
    return account_pb2.Person(
        person_id=person.person_id,
        name=person.name,
        role=f"ROLE_{role.name}" if role else None,
        organisation_code=organisation_code,
        masked_document=document,
        verified=person.verified,
        document_type=f"DOCUMENT_TYPE_{kind.name}" if kind else None,
        masked_mobile=mobile,
        state=f"ACCOUNT_STATE_{PersonState(person.state).name}",
    )


def hat_message(hat: Hat) -> account_pb2.Hat:
    """A hat."""
    return account_pb2.Hat(
        hat_id=hat.hat_id,
        role=f"ROLE_{hat.role.name}",
        organisation_code=hat.organisation_code,
        organisation_name=hat.organisation_name,
        expires_at=instant(hat.expires_at),
        suspended=hat.suspended_at is not None,
    )


def unknown_person() -> DomainError:
    """ROLE-07: nobody of that id, or nobody the caller may know of."""
    return DomainError(Kind.NOT_FOUND, "PERSON_UNKNOWN", "没有找到该人员。", rule="ROLE-07")
