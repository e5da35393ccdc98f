"""Services of which the portal's tests need only answers: each method gives what a test put there, and is noted."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from google.protobuf import message_factory
from google.protobuf.message import Message

from services.kit.domain import DomainError

Answer = Message | DomainError | Callable[[Any], Message]


class StandIn:
    """One service of a contract. `answers[rpc]` is a message, an error to raise, or a function of the request."""

    def __init__(self, file: ModuleType, service: str) -> None:
        self.descriptor = file.DESCRIPTOR.services_by_name[service]
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, Any]] = []
        """RPC and request of every call, in order."""
        for method in self.descriptor.methods:
            setattr(self, method.name, self._method(method))

    def requests(self, rpc: str) -> list[Any]:
        """What was asked of one method."""
        return [request for name, request in self.asked if name == rpc]

    def _method(self, method: Any) -> Any:
        answered: type[Message] = message_factory.GetMessageClass(method.output_type)

        async def call(request: Any, _context: Any) -> Message:
            self.asked.append((method.name, request))
            answer = self.answers.get(method.name, answered())
            if isinstance(answer, DomainError):
                raise answer
            return answer if isinstance(answer, Message) else answer(request)

        return call
