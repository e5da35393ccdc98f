"""Sessions as messages of identity's contract."""

from __future__ import annotations

from collections.abc import Sequence

from residency.identity.v1 import account_pb2
from services.identity.opening import Opened
from services.identity.tokens import SignedToken
from services.identity.wire import hat_message, instant, person_message
from services.kit.vault import Vault


def signed_in_message(opened: Opened, vault: Vault) -> account_pb2.SignedIn:
    """A session that has begun, with its tokens; the hats when there is a choice."""
    return account_pb2.SignedIn(
        person=person_message(opened.person, opened.role, opened.organisation_code, vault),
        tokens=account_pb2.Tokens(
            access=token_message(opened.access),
            refresh=token_message(opened.refresh) if opened.refresh else None,
            session_id=opened.session_id,
        ),
        hats=[hat_message(hat) for hat in opened.hats] if len(opened.hats) > 1 else [],
        hat=hat_message(opened.hat) if opened.hat else None,
    )


def owed_message(challenge_id: str, factors: Sequence[str]) -> account_pb2.SignedIn:
    """A second factor is owed; who signs in is not told before it is proved."""
    return account_pb2.SignedIn(challenge_id=challenge_id, factors=factors)


def token_message(token: SignedToken) -> account_pb2.Token:
    """A token."""
    return account_pb2.Token(value=token.value, expires_at=instant(token.expires_at))
