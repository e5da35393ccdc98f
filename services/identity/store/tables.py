"""Identity's tables. Queries over them stand in the modules beside this one, one an owner."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.kit.tables import add_audit_tables, add_seal_tables, metadata

METADATA = metadata()
add_audit_tables(METADATA)
add_seal_tables(METADATA)


def _id(name: str) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), primary_key=True)


def _time(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> Column[str]:
    """Text that is never null: empty says nothing."""
    return Column(name, Text, nullable=False, server_default=text("''"))


organisation = Table(
    "organisation",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_code", Text, ForeignKey("organisation.code")),
    Column("main_base_code", Text, ForeignKey("organisation.code")),
)

person = Table(
    "person",
    METADATA,
    _id("person_id"),
    Column("login", Text, nullable=False),
    Column("login_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    _time("password_set_at", nullable=False),
    Column("state", Text, nullable=False),
    _text("document_type"),
    Column("document_lookup", LargeBinary, unique=True),
    Column("document_sealed", LargeBinary),
    Column("birth_lookup", LargeBinary, index=True),
    Column("mobile_lookup", LargeBinary, index=True),
    Column("mobile_sealed", LargeBinary),
    _time("bound_at"),
    _time("last_bound_at"),
    _time("override_until"),
    _time("created_at", nullable=False),
    _time("seen_at", nullable=False),
    _time("erased_at"),
)
"""One person, one account. `document_*` are null while unbound; `last_bound_at` starts the thirty days (ID-30)."""

hat = Table(
    "hat",
    METADATA,
    _id("hat_id"),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("organisation_code", Text, ForeignKey("organisation.code"), index=True),
    _text("given_by"),
    _time("given_at", nullable=False),
    _time("expires_at"),
    _time("suspended_at"),
    _time("ended_at"),
    Index(
        "uq_hat_worn",
        "person_id",
        "role",
        text("coalesce(organisation_code, '')"),
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)

registration = Table(
    "registration",
    METADATA,
    _id("registration_id"),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document_type", Text, nullable=False),
    Column("document_lookup", LargeBinary, nullable=False),
    Column("document_sealed", LargeBinary, nullable=False),
    Column("birth_lookup", LargeBinary, nullable=False),
    Column("held", Boolean, nullable=False),
    _time("expires_at", nullable=False),
)
"""Steps 1 and 2; the row goes when the account is opened, cancelled or too old."""


captcha = Table(
    "captcha",
    METADATA,
    _id("captcha_id"),
    Column("answer", Text, nullable=False),
    _time("expires_at", nullable=False),
    _time("answered_at"),
)

text_code = Table(
    "text_code",
    METADATA,
    _id("code_id"),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("mobile_lookup", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    _text("address"),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    _time("sent_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("used_at"),
    Index("ix_text_code_purpose_subject", "purpose", "subject"),
    Index("ix_text_code_mobile_lookup_sent_at", "mobile_lookup", "sent_at"),
    Index("ix_text_code_address_sent_at", "address", "sent_at"),
)
"""Codes by text message; `subject` is the registration, recovery or person the code is good for."""

sandbox_text = Table(
    "sandbox_text",
    METADATA,
    _id("text_id"),
    Column("mobile_lookup", LargeBinary, nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("code_sealed", LargeBinary),
    _time("sent_at", nullable=False),
)

recovery = Table(
    "recovery",
    METADATA,
    _id("recovery_id"),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id")),
    Column("pair_lookup", LargeBinary, nullable=False),
    Column("mobile_sealed", LargeBinary, nullable=False),
    _time("asked_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("used_at"),
    Index("ix_recovery_pair_lookup_asked_at", "pair_lookup", "asked_at"),
    Index("ix_recovery_asked_at", "asked_at"),
)
"""A password recovery; without a person when login and number did not belong together. The number as typed is kept
either way, so that both are checked alike; `pair_lookup` is the keyed hash of login and number. Rows stay a day.
"""

attempt = Table(
    "attempt",
    METADATA,
    _id("attempt_id"),
    Column("bucket", LargeBinary, nullable=False),
    _time("at", nullable=False),
    Index("ix_attempt_bucket_at", "bucket", "at"),
    Index("ix_attempt_at", "at"),
)
"""Failures that throttle; `bucket` is the keyed hash of a kind and a login, address or person."""

factor = Table(
    "factor",
    METADATA,
    _id("factor_id"),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("secret_sealed", LargeBinary),
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
    Column("credential_id", LargeBinary, unique=True),
    Column("public_key", LargeBinary),
    Column("sign_count", BigInteger, nullable=False, server_default=text("0")),
    _time("begun_at", nullable=False),
    _time("enrolled_at"),
)
"""Second factors, `totp` or `passkey`; not enrolled until confirmed."""

recovery_code = Table(
    "recovery_code",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id"), nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    _time("used_at"),
    PrimaryKeyConstraint("person_id", "code_hash"),
)

session = Table(
    "session",
    METADATA,
    _id("session_id"),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id"), nullable=False, index=True),
    Column("hat_id", Uuid(as_uuid=False), ForeignKey("hat.hat_id")),
    Column("role", Text, nullable=False),
    _text("organisation_code"),
    Column("generation", Integer, nullable=False, server_default=text("1")),
    _time("rotated_at", nullable=False),
    _time("began_at", nullable=False),
    _time("idle_at", nullable=False),
    _time("ends_at", nullable=False),
    _time("proved_at"),
    _text("acting_by"),
    Column("may_write", Boolean, nullable=False, server_default=text("true")),
    _text("browser"),
    _text("address"),
    _time("ended_at"),
    _text("end_reason"),
)
"""`generation` counts refreshes; `idle_at` and `ends_at` are when it ends by itself; role and organisation as signed.
"""

challenge = Table(
    "challenge",
    METADATA,
    _id("challenge_id"),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("person.person_id"), nullable=False),
    Column("session_id", Uuid(as_uuid=False), ForeignKey("session.session_id")),
    Column("purpose", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    _time("expires_at", nullable=False),
    _time("used_at"),
)
"""Second factors owed: `sign_in`, `step_up`, or `passkey` for one being enrolled."""

scan_ticket = Table(
    "scan_ticket",
    METADATA,
    _id("ticket_id"),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("numbers", ARRAY(SmallInteger), nullable=False),
    Column("state", Text, nullable=False),
    _text("browser"),
    _text("address"),
    _time("asked_at", nullable=False),
    _time("expires_at", nullable=False),
    Column("session_id", Uuid(as_uuid=False), ForeignKey("session.session_id")),
)
"""`session_id` is the phone's, once it has answered."""

invitation = Table(
    "invitation",
    METADATA,
    _id("invitation_id"),
    Column("secret_hash", LargeBinary, unique=True),
    Column("name", Text, nullable=False),
    Column("mobile_lookup", LargeBinary, nullable=False),
    Column("mobile_sealed", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_code", Text, ForeignKey("organisation.code"), nullable=False, index=True),
    _time("hat_expires_at"),
    Column("invited_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    _time("invited_at", nullable=False),
    _time("expires_at", nullable=False),
)

proposal = Table(
    "proposal",
    METADATA,
    _id("proposal_id"),
    Column("kind", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("organisation_code", Text, ForeignKey("organisation.code")),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_as", Text, nullable=False),
    _time("proposed_at", nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    _text("decided_by"),
    _time("decided_at"),
    _text("decision_reason"),
    _time("expires_at", nullable=False),
    _time("used_at"),
)
"""Acts that need two people; `organisation_code` is the reach in which it can be decided."""

service_account = Table(
    "service_account",
    METADATA,
    _id("account_id"),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_code", Text, ForeignKey("organisation.code"), nullable=False, index=True),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_by", Text, nullable=False),
    _time("created_at", nullable=False),
    _time("expires_at", nullable=False),
    _time("revoked_at"),
    _time("last_used_at"),
)

service_secret = Table(
    "service_secret",
    METADATA,
    _id("secret_id"),
    Column("account_id", Uuid(as_uuid=False), ForeignKey("service_account.account_id"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("ending", Text, nullable=False),
    _time("created_at", nullable=False),
    _time("ended_at"),
    _time("last_used_at"),
)
"""Secrets of service accounts, as hashes; the id of one is the session of the tokens it opens."""

audit = METADATA.tables["audit"]
"""Every security-relevant act, chained per aggregate; rows are written once."""
