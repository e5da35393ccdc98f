"""SVC-01, SVC-04, SVC-05: accounts of programs: which hat, which scopes, for how long, and who looks after them.

Three hats are fit for a program: reviewer, because a hospital's system reads and reviews applications; 教学部, because
it keeps teachers and rotations; and the province, for reading only, because one leaked secret would reach every base.
Nobody opens an account that may do more than they may themselves, or in another organisation than their own.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.domain import reach
from services.identity.domain.organisation import Tree
from services.identity.domain.roles import Role
from services.kit.domain import Caller, DomainError, Kind

SCOPES = tuple(f"{service}.{verb}" for service in ("enrollment", "faculty", "notify") for verb in ("read", "write"))
"""SVC-01: what can be granted. Nothing of identity: who wears which hat is for people to decide."""
LONGEST = timedelta(days=366)
"""SVC-04: an account ends after a year at the latest."""
SECRETS_AT_ONCE = 2
"""SVC-06: so many secrets of one account count at a time."""
MOST = 20
"""Accounts of one organisation that have not ended."""

GIVES: dict[Role, frozenset[Role]] = {
    Role.BASE_ADMINISTRATOR: frozenset({Role.BASE_REVIEWER, Role.TEACHING_DEPARTMENT}),
    Role.TEACHING_DEPARTMENT: frozenset({Role.TEACHING_DEPARTMENT}),
    Role.PROVINCE_ADMINISTRATOR: frozenset({Role.PROVINCE_ADMINISTRATOR}),
}
"""SVC-01: the hats that accounts opened by each hat may wear."""
FIT = frozenset().union(*GIVES.values())
LOOKS_AFTER: dict[Role, frozenset[Role]] = GIVES | {
    Role.PROVINCE_ADMINISTRATOR: FIT,
    Role.SECURITY_ADMINISTRATOR: FIT,
    Role.AUDITOR: FIT,
}
"""SVC-05: whose accounts each hat sees, within its reach; whether it may also end them is the contract's to say."""
_PREFIX = "svc_"


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of an account; instants are aware UTC."""

    secret_id: str
    account_id: str
    secret_hash: bytes
    ending: str
    created_at: datetime
    ended_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """One account; instants are aware UTC."""

    account_id: str
    name: str
    role: Role
    organisation_code: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    secrets: tuple[Secret, ...] = ()
    """Those that have not ended, oldest first."""

    def live(self, now: datetime) -> bool:
        """SVC-04: neither revoked nor past its end."""
        return self.revoked_at is None and now < self.expires_at


def subject_of(account_id: str) -> str:
    """How an account stands in tokens and in the audit of every service."""
    return f"service:{account_id}"


def check_new(who: Caller, role: Role, scopes: Sequence[str], expires_at: datetime, now: datetime) -> None:
    """May `who` open such an account for their own organisation?

    Raises:
        DomainError: INVALID SCOPE_UNKNOWN, SCOPE_READS_ONLY (SVC-01), END_PAST, END_TOO_FAR (SVC-04); FORBIDDEN
            ROLE_NOT_FOR_SERVICES (SVC-01).
    """
    if role not in _of(GIVES, who):
        message = "服务账号不能使用该身份。"
        raise DomainError(Kind.FORBIDDEN, "ROLE_NOT_FOR_SERVICES", message, field="role", rule="SVC-01")
    if not set(scopes) <= set(SCOPES):
        raise DomainError(Kind.INVALID, "SCOPE_UNKNOWN", "没有这项授权。", field="scopes", rule="SVC-01")
    if role is Role.PROVINCE_ADMINISTRATOR and any(not each.endswith(".read") for each in scopes):
        message = "省级服务账号只能读取。"
        raise DomainError(Kind.INVALID, "SCOPE_READS_ONLY", message, field="scopes", rule="SVC-01")
    if expires_at <= now:
        raise DomainError(Kind.INVALID, "END_PAST", "到期时间必须在将来。", field="expires_at", rule="SVC-04")
    if expires_at > now + LONGEST:
        message = "服务账号最长有效一年。"
        raise DomainError(Kind.INVALID, "END_TOO_FAR", message, field="expires_at", rule="SVC-04")


def looked_after(who: Caller, account: ServiceAccount, tree: Tree) -> bool:
    """SVC-05: whether `who` sees this account, and ends it where the contract lets them."""
    return account.role in _of(LOOKS_AFTER, who) and reach.reaches(who, tree, account.organisation_code)


def own(who: Caller, account: ServiceAccount) -> bool:
    """SVC-05: whether `who` may hand out secrets of this account: it could be theirs to open."""
    return account.role in _of(GIVES, who) and account.organisation_code == who.organisation


def visible_roles(who: Caller) -> frozenset[Role]:
    """SVC-05: the hats of accounts that `who` sees."""
    return _of(LOOKS_AFTER, who)


def unknown_account() -> DomainError:
    """SVC-05: no such account, or none the caller looks after."""
    message = "没有找到该服务账号，或不在您的管理范围内。"
    return DomainError(Kind.NOT_FOUND, "SERVICE_ACCOUNT_UNKNOWN", message, field="account_id", rule="SVC-05")


def secret_text(derived: bytes) -> str:
    """A secret as it is handed out; `derived` are 32 bytes that nobody else can compute."""
    return _PREFIX + urlsafe_b64encode(derived).decode().rstrip("=")


def hash_of(secret: str) -> bytes:
    """SVC-06: what is kept of a secret: one of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _of(table: dict[Role, frozenset[Role]], who: Caller) -> frozenset[Role]:
    try:
        return table.get(Role(who.role), frozenset())
    except ValueError:
        return frozenset()
