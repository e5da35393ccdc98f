"""ROLE-06, OPS-11: machines sign in with a secret of their own, old or new while one follows another: use cases."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import structlog
from pydantic import SecretStr, TypeAdapter, ValidationError

from services.identity.core import Core
from services.identity.domain import roles
from services.identity.settings import IdentitySettings
from services.identity.tokens import SignedToken, TokenIssuer
from services.kit.domain import DomainError, Kind
from services.kit.secret_files import FileSecret

_log = structlog.get_logger("identity.machines")
_DOCUMENT: TypeAdapter[Mapping[str, SecretStr | list[SecretStr]]] = TypeAdapter(
    Mapping[str, SecretStr | list[SecretStr]]
)


class MachineSecrets:
    """The secrets that count now: those of the settings, or of the file they name, read anew when it has changed.

    A changed file that holds no such document leaves the former secrets in use. Raises OSError or ValueError when it is
    so at the start.
    """

    def __init__(self, settings: IdentitySettings) -> None:
        self._secrets = settings.machine_secrets
        self._file = FileSecret(settings.machine_secrets_file) if settings.machine_secrets_file else None
        self._read = ""
        if self._file is not None:
            self._read = self._file.get_secret_value()
            self._secrets = _parse(self._read)

    def of(self, machine: str) -> list[str]:
        """What `machine` may sign in with; nothing when it is unknown."""
        held = self._now().get(machine, [])
        secrets = held if isinstance(held, list) else [held]
        return [secret.get_secret_value() for secret in secrets if secret.get_secret_value()]

    def _now(self) -> Mapping[str, SecretStr | list[SecretStr]]:
        if self._file is not None and (content := self._file.get_secret_value()) != self._read:
            self._read = content
            try:
                self._secrets = _parse(content)
            except ValueError as error:
                _log.error("changed machine secrets cannot be used", error=type(error).__name__)
        return self._secrets


def _parse(content: str) -> Mapping[str, SecretStr | list[SecretStr]]:
    """Raises ValueError, without quoting it, for content that is no such document."""
    try:
        return _DOCUMENT.validate_json(content)
    except ValidationError:
        raise ValueError("the machine secrets are no JSON object of secrets") from None


class MachineHandlers:
    """Workers and services."""

    def __init__(self, core: Core, issuer: TokenIssuer) -> None:
        self._secrets = MachineSecrets(core.settings)
        self._life = core.settings.machine_token_life
        self._issuer = issuer

    def sign_in(self, machine: str, secret: str) -> SignedToken:
        """A token with the machine's hat; its subject is `machine:<name>`, and it has no session.

        Raises DomainError UNAUTHENTICATED BAD_MACHINE, the same for an unknown machine and a wrong secret.
        """
        role = roles.machine_role(machine)
        matches = [hmac.compare_digest(expected.encode(), secret.encode()) for expected in self._secrets.of(machine)]
        if role is None or not any(matches):
            # Machines do not mistype: whoever watches the logs should hear of it.
            _log.error("a machine was refused", machine=machine if role else "unknown")
            raise DomainError(Kind.UNAUTHENTICATED, "BAD_MACHINE", "机器身份验证失败。", rule="ROLE-06")
        return self._issuer.sign(f"machine:{machine}", role.value, life=self._life)
