"""Settings of each service's database role, as data: the embedded stack, the tests and a DBA apply the same.

A stuck transaction must end by itself, or it stops everybody who waits behind it.
"""

from __future__ import annotations

COMMON = {
    "transaction_timeout": "5s",
    "statement_timeout": "4s",
    "idle_in_transaction_session_timeout": "3s",
    "lock_timeout": "3s",
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
SHORTER = {"enrollment": {"transaction_timeout": "1500ms"}}
"""Where people wait behind each other for the same lock, a transaction may last less."""


def role_settings(service: str) -> dict[str, str]:
    """The settings of the role of `service`, by name."""
    return COMMON | SHORTER.get(service, {})


def role_statements(service: str, role: str) -> list[str]:
    """`ALTER ROLE` statements for an administrator to run; `role` is a name from our own configuration."""
    return [f"ALTER ROLE {_quoted(role)} SET {name} = '{value}'" for name, value in role_settings(service).items()]


def login_statements(service: str, owner: str, role: str) -> list[str]:
    """OPS-12: what makes `role`, which may log in, act as `owner`, under the limits of `service`; for an administrator.

    Two such roles take turns when a password is replaced. The limits are set for the role that logs in: those of a role
    one becomes afterwards do not count. Names are from our own configuration.
    """
    return [
        f"GRANT {_quoted(owner)} TO {_quoted(role)}",
        f"ALTER ROLE {_quoted(role)} SET role = {_quoted(owner)}",
        *role_statements(service, role),
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
