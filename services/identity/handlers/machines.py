"""ROLE-06: machines sign in with a secret of their own: use cases."""

from __future__ import annotations

import hmac

import structlog
from pydantic import SecretStr

from services.identity.core import Core
from services.identity.domain import roles
from services.identity.tokens import SignedToken, TokenIssuer
from services.kit.domain import DomainError, Kind

_log = structlog.get_logger("identity.machines")


class MachineHandlers:
    """Workers and services."""

    def __init__(self, core: Core, issuer: TokenIssuer) -> None:
        self._secrets = core.settings.machine_secrets
        self._life = core.settings.machine_token_life
        self._issuer = issuer

    def sign_in(self, machine: str, secret: str) -> SignedToken:
        """A token with the machine's hat; its subject is `machine:<name>`, and it has no session.

        Raises DomainError UNAUTHENTICATED BAD_MACHINE, the same for an unknown machine and a wrong secret.
        """
        role = roles.machine_role(machine)
        expected = self._secrets.get(machine, SecretStr("")).get_secret_value()
        right = hmac.compare_digest(expected.encode(), secret.encode())
        if role is None or not expected or not right:
            # Machines do not mistype: whoever watches the logs should hear of it.
            _log.error("a machine was refused", machine=machine if role else "unknown")
            raise DomainError(Kind.UNAUTHENTICATED, "BAD_MACHINE", "机器身份验证失败。", rule="ROLE-06")
        return self._issuer.sign(f"machine:{machine}", role.value, life=self._life)
