"""Tokens for every role on a running stack: the demo log-ins, nobody, and a bad token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.cli import asking
from services.kit.grpc_client import Channel
from services.stack import demo, state
from services.stack.accounts import Accounts
from services.stack.authenticator import Keyring

ANONYMOUS, BAD = "anonymous", "bad token"


def tokens(data: Path) -> dict[str, tuple[str, str]]:
    """Role → access and refresh token of somebody who has just proved all their factors; empty where there is none."""
    kept, password = Keyring(demo.factors_file(data)), demo.password(state.load(data))

    async def sign_in(to: Callable[[str], Channel]) -> dict[str, tuple[str, str]]:
        accounts = Accounts(to("identity"))
        found = {ANONYMOUS: ("", ""), BAD: ("eyJhbGciOiJFZERTQSJ9.e30.bm9uZQ", "")}
        for person in demo.PEOPLE:
            authenticator = kept[person.login] if person.organisation else None  # staff have one
            signed_in = await accounts.sign_in(person.login, password, authenticator)
            found[person.role] = signed_in.tokens.access.value, signed_in.tokens.refresh.value
        return found

    try:
        return asking.as_operator(data, sign_in)
    finally:
        kept.save()
