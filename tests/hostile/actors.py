"""Who sends: the demo's people, machines and service accounts, with tokens signed as identity signs them, and bad ones.

The tokens are minted with the running identity's own key, so that a token can be wrong in exactly one thing; a session
of one's own for each keeps what ends one actor's session from ending another's.
"""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from joserfc import jwt
from joserfc.jwk import OKPKey

from residency.identity.v1 import service_account_service_pb2 as accounts
from residency.identity.v1.service_account_service_pb2_grpc import ServiceAccountServiceStub
from services.kit import auth
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.stack import demo, processes, state
from tests.authority.state import State as Tables

LIFE_SECONDS = 3600
MACHINES = {"operator": "operator", "scheduler": "worker", "service": "enrollment"}
SCOPES = tuple(f"{service}.{verb}" for service in ("enrollment", "faculty", "notify") for verb in ("read", "write"))
OPENERS = {
    "base_administrator": "ROLE_BASE_REVIEWER",
    "teaching_department": "ROLE_TEACHING_DEPARTMENT",
    "province_administrator": "ROLE_PROVINCE_ADMINISTRATOR",
}
"""Hats that may open a service account, and the hat such an account wears."""
WRONG = ("expired", "other audience", "other issuer", "alg none", "unsigned", "stranger's key", "no token at all")


@dataclass
class Actors:
    """Tokens by role; `key` is identity's own."""

    key: OKPKey = field(repr=False)
    claims: dict[str, dict[str, Any]] = field(repr=False)
    """By role: what its token says."""
    _minted: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def roles(self) -> list[str]:
        """Everybody who has a token, in a fixed order."""
        return sorted(self.claims)

    def token(self, role: str) -> str:
        """A token of `role`, its second factor just proved; empty for nobody."""
        if role not in self.claims:
            return ""
        now = time.monotonic()
        until, token = self._minted.get(role, (0.0, ""))
        if now > until:
            token = self.signed(self._fresh(role))
            self._minted[role] = now + LIFE_SECONDS / 12, token
        return token

    async def begin(self, tables: Tables, roles: Iterable[str] = ()) -> None:
        """Give these people, or all of them, a session each that nothing has ended yet."""
        for role in roles or self.roles:
            said = self.claims[role]
            if "sid" in said and not role.startswith("program of "):
                session = new_id()
                async with self._beginning:
                    await tables.execute("identity", _SESSION, session, said["sub"], role, said.get("org", ""))
                said["sid"] = session
                self._minted.pop(role, None)

    def wrong(self, how: str, role: str) -> str:
        """A token of `role` that is wrong in one thing."""
        claims = self._fresh(role)
        match how:
            case "expired":
                return self.signed(claims | {"exp": int(time.time()) - 3600})
            case "other audience":
                return self.signed(claims | {"aud": "another"})
            case "other issuer":
                return self.signed(claims | {"iss": "another"})
            case "alg none":
                return f"{_part({'alg': 'none', 'kid': str(self.key.kid)})}.{_part(claims)}."
            case "unsigned":
                return self.signed(claims).rpartition(".")[0] + "."
            case "stranger's key":
                header = {"alg": auth.ALGORITHM, "kid": str(self.key.kid)}
                return jwt.encode(header, claims, _STRANGER, algorithms=[auth.ALGORITHM])
            case _:
                return "eyJ....." + "a" * 500

    def signed(self, claims: dict[str, Any]) -> str:
        """A token that says `claims`, signed with identity's key."""
        header = {"alg": auth.ALGORITHM, "kid": str(self.key.kid)}
        return jwt.encode(header, claims, self.key, algorithms=[auth.ALGORITHM])

    def _fresh(self, role: str) -> dict[str, Any]:
        now = int(time.time())
        claims = self.claims[role] | {"iat": now, "exp": now + LIFE_SECONDS}
        if "proved" in claims:
            claims["proved"] = now
        return claims


_SESSION = (
    "INSERT INTO session (session_id, person_id, hat_id, role, organisation_code, rotated_at, began_at, idle_at,"
    " ends_at, proved_at) SELECT $1, person_id, hat_id, $3, $4, now(), now(), now() + interval '2 hours',"
    " now() + interval '12 hours', now() FROM hat WHERE person_id = $2 AND role = $3 LIMIT 1"
)
_STRANGER = OKPKey.generate_key("Ed25519")


async def gather(data: Path, tables: Tables) -> Actors:
    """The demo's people and the machines, a session for each person, and a service account for each hat that may."""
    signing = json.loads((data / "identity-keys.json").read_text(encoding="utf-8"))["signing"]
    key = OKPKey.import_key({name: value for name, value in signing[-1].items() if name not in ("from", "until")})
    usual = {"iss": auth.ISSUER, "aud": auth.AUDIENCE}
    claims: dict[str, dict[str, Any]] = {
        role: usual | {"sub": f"machine:{machine}", "role": role} for role, machine in MACHINES.items()
    }
    for person in demo.PEOPLE:
        found = await tables.value("identity", _WORN, person.login, person.role)
        person_id, _, organisation = found.partition(" ")
        worn = {"sub": person_id, "role": person.role, "org": organisation, "sid": "", "proved": 0}
        claims[person.role] = usual | worn
    actors = Actors(key, claims)
    await actors.begin(tables)
    await _open_accounts(data, actors)
    return actors


_WORN = (
    "SELECT person_id || ' ' || coalesce(organisation_code, '') FROM person JOIN hat USING (person_id)"
    " WHERE login = $1 AND role = $2 LIMIT 1"
)


async def _open_accounts(data: Path, actors: Actors) -> None:
    channel = Channel(processes.address(state.load(data), "identity"))
    stub = channel.stub(ServiceAccountServiceStub)
    try:
        for role, worn in OPENERS.items():
            ends = Timestamp()
            ends.FromSeconds(int(time.time()) + 30 * 86400)
            request = accounts.CreateServiceAccountRequest(
                name="hostile", role=worn, scopes=_scopes(role), expires_at=ends, idempotency_key=new_id()
            )
            with auth.act_as(actors.token(role)):
                made = await stub.CreateServiceAccount(request)
            signed_in = await stub.SignInServiceAccount(
                accounts.SignInServiceAccountRequest(account_id=made.account.account_id, secret=made.secret)
            )
            actors.claims[f"program of {role}"] = _said(signed_in.token.value)
    finally:
        await channel.close()


def _scopes(role: str) -> list[str]:
    """A province's account only reads."""
    return [scope for scope in SCOPES if role != "province_administrator" or scope.endswith(".read")]


def _said(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    said: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return said


def _part(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
