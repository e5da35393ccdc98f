"""CRED-01 to CRED-04: which second factors a person has, and whether a proof is one.

Wrong proofs are told as one refusal, whatever was wrong; whoever asks counts them (tries of a challenge, throttle).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from residency.identity.v1 import session_service_pb2
from services.identity.core import Core
from services.identity.domain import factors as rules
from services.identity.domain.factors import FactorKind
from services.identity.passkeys import PasskeyRefused, RelyingParty, credential_id
from services.identity.records import Person
from services.identity.store.factors import Factor, FactorStore
from services.kit.database import UnitOfWork
from services.kit.domain import DomainError, Kind

PASSWORDS_AT_ONCE = 2
"""Password proofs that may hold a connection while they wait for a hashing thread: never all of the pool."""
_BUSY_FOR = timedelta(seconds=5)


class Factors:
    """Second factors, for whoever asks for a proof."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._party = RelyingParty(core.settings.public_url)
        self._hashing = 0

    async def enrolled(self, uow: UnitOfWork, person_id: str) -> list[str]:
        """What can answer a challenge: `totp`, `passkey`, `recovery_code`, in this order; empty without any factor.

        People without one prove themselves again by their password (CRED-04).
        """
        store = FactorStore(uow.session)
        kinds = {factor.kind for factor in await store.enrolled(person_id)}
        if kinds and await store.codes_left(person_id):
            kinds.add(FactorKind.RECOVERY_CODE)
        return [kind.value for kind in FactorKind if kind in kinds]

    async def passkey_options(self, uow: UnitOfWork, person_id: str, challenge_nonce: bytes) -> str:
        """PublicKeyCredentialRequestOptions (JSON) for the person's passkeys.

        Raises DomainError NOT_NOW PASSKEY_NONE when there are none.
        """
        known = [
            factor.credential_id
            for factor in await FactorStore(uow.session).enrolled(person_id)
            if factor.credential_id is not None
        ]
        if not known:
            raise DomainError(
                Kind.NOT_NOW, "PASSKEY_NONE", "该账号没有登记通行密钥，请用其他方式验证。", rule="CRED-03"
            )
        return self._party.request_options(challenge_nonce, known)

    async def prove(
        self, uow: UnitOfWork, person: Person, challenge_nonce: bytes, proof: session_service_pb2.Proof
    ) -> str:
        """The kind of factor that `proof` proves; what was used up is marked in `uow`.

        Raises:
            DomainError: UNAUTHENTICATED FACTOR_WRONG for a proof that is wrong, used before, of a factor the person
                does not have, or when not exactly one is given; EXHAUSTED SIGN_IN_BUSY for a password when too many
                are hashed already. A refusal has marked nothing.
        """
        given = [field.name for field, _ in proof.ListFields()]
        if len(given) != 1:
            raise _wrong()
        store = FactorStore(uow.session)
        enrolled = await store.enrolled(person.person_id)
        if given == ["totp"]:
            right = await self._totp(store, enrolled, proof.totp)
        elif given == ["recovery_code"]:
            right = bool(enrolled) and await self._recovery_code(store, person.person_id, proof.recovery_code)
        elif given == ["passkey_json"]:
            right = await self._passkey(store, enrolled, challenge_nonce, proof.passkey_json)
        else:
            # CRED-04: whoever has a second factor cannot prove by password.
            right = not enrolled and await self._password(person, proof.password)
        if not right:
            raise _wrong()
        return FactorKind.PASSKEY.value if given == ["passkey_json"] else given[0]

    async def _totp(self, store: FactorStore, enrolled: Sequence[Factor], code: str) -> bool:
        for factor in enrolled:
            if factor.secret_sealed is None:
                continue
            secret = self._core.vault.open(factor.secret_sealed, factor.factor_id)
            step = rules.step_shown(secret, code, self._core.clock.now())
            if step is not None:
                return await store.take_step(factor.factor_id, step)
        return False

    async def _recovery_code(self, store: FactorStore, person_id: str, code: str) -> bool:
        return await store.use_code(person_id, self.code_hash(person_id, code), self._core.clock.now())

    async def _passkey(self, store: FactorStore, enrolled: Sequence[Factor], nonce: bytes, answer: str) -> bool:
        try:
            used = credential_id(answer)
            for factor in enrolled:
                if factor.credential_id == used and factor.public_key is not None:
                    count = self._party.used(answer, nonce, factor.public_key, factor.sign_count)
                    return await store.take_count(factor.factor_id, count)
        except PasskeyRefused:
            return False
        return False

    async def _password(self, person: Person, password: str) -> bool:
        if self._hashing >= PASSWORDS_AT_ONCE:
            until = self._core.clock.now() + _BUSY_FOR
            raise DomainError(Kind.EXHAUSTED, "SIGN_IN_BUSY", "验证人数较多，请稍后再试。", rule="ID-12", until=until)
        self._hashing += 1
        try:
            async with self._core.passwords.slot() as slot:
                return await slot.matches(person.password_hash, password)
        finally:
            self._hashing -= 1

    def code_hash(self, person_id: str, code: str) -> bytes:
        """CRED-02: what is stored of a recovery code."""
        return self._core.vault.lookup("recovery_code", f"{person_id}\0{rules.plain_code(code)}")


def _wrong() -> DomainError:
    message = "验证没有通过：验证码不正确、已经用过或已过时，请重新验证。"
    return DomainError(Kind.UNAUTHENTICATED, "FACTOR_WRONG", message, field="proof", rule="CRED-01")
