"""schemathesis against a running portal, as each role: cases from the OpenAPI document, with ids of what is there.

A random UUID finds nothing: what answers name is remembered, and half of all cases ask about that. What would end the
session it is sent in comes last for each role. The same seed makes the same cases; what they find depends on what the
stack holds.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import InvalidArgument, Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS_SESSION = frozenset(
    {
        *("SessionService.SignOut", "SessionService.EndAllSessions", "SessionService.EndSession"),
        *("SessionService.ChooseHat", "SessionService.RefreshSession", "CredentialService.ChangePassword"),
        *("CredentialService.RemoveFactor", "PersonService.UnbindRealName"),
    }
)
_KINDS = {GenerationMode.POSITIVE: "as the document says", GenerationMode.NEGATIVE: "against the document"}
_KNOWN_SHARE, _NEGATIVE_SHARE = 0.6, 0.25
_MOST_KNOWN = 12
_FRESH_SECONDS = 240.0
_FIRM = ("cycle_id", "base_code", "specialty_code", "department_code", "province_code")
_NEVER = frozenset({"person_id", "hat_id", "session_id"})
"""What others of the run are: nobody is to be suspended by chance before their turn."""


@dataclass
class Found:
    """What one run saw."""

    cases: int = 0
    by_role: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By how the case was made, as the document says or against it, and status."""
    faults: dict[str, str] = field(default_factory=dict)
    """By operation and first line: the whole fault."""
    reached: set[str] = field(default_factory=set)
    """Operations that answered with success."""
    not_made: set[str] = field(default_factory=set)
    """Operations for which a kind of case cannot be made."""
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def summary(self) -> str:
        """The numbers, and every fault once."""
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.by_status.items()))
        lines = [
            f"{self.cases} cases as {len(self.by_role)} roles; {len(self.reached)} operations succeeded; {statuses}"
        ]
        return "\n".join([*lines, *(f"\n{name}\n{fault}" for name, fault in sorted(self.faults.items()))])


@dataclass
class Fuzz:
    """One run against `url`; by role an access token, and the refresh token that keeps it good where there is one."""

    url: str
    tokens: Mapping[str, tuple[str, str]]
    seed: int = 1
    found: Found = field(default_factory=Found)
    _held: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    _fresh_until: float = field(default_factory=lambda: time.monotonic() + _FRESH_SECONDS)
    known: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def run(self, total: int) -> Found:
        """At least `total` cases, the same number for every operation, the roles in turn.

        Fewer cases than operations: one each for as many of them.
        """
        document = requests.get(f"{self.url}/api/openapi.json", timeout=30).json()
        schema = schemathesis.openapi.from_dict(document)
        operations: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]  # or it raises
        operations.sort(key=lambda each: each.definition.raw["operationId"] in ENDS_SESSION)
        self._held = dict(self.tokens)
        operations = operations[:: max(1, len(operations) // max(total, 1))]
        roles = list(self.tokens)
        each_has = -(-total // len(operations))
        self._look_around()
        for number, operation in enumerate(operations):
            if time.monotonic() > self._fresh_until:
                self._refresh()
            turn = [roles[(number * each_has + index) % len(roles)] for index in range(each_has)]
            self._ask(operation, turn, number)
        return self.found

    def _refresh(self) -> None:
        """Other tokens for everybody whose session still stands."""
        self._fresh_until = time.monotonic() + _FRESH_SECONDS
        for role, (_, refresh) in self._held.items():
            if not refresh:
                continue
            body = {"refresh_token": refresh}
            answer = requests.post(f"{self.url}/api/v1/sessions/refresh", json=body, timeout=30)
            if answer.ok:
                tokens = answer.json()["tokens"]
                self._held[role] = tokens["access"]["value"], tokens["refresh"]["value"]

    def _look_around(self) -> None:
        """What there is before anything is asked: cycles, organisations, places."""
        for role, (token, _) in self._held.items():
            for path in ("/cycles", "/organisations", "/faculty/batches", "/trainees", "/faculty/appointments"):
                with contextlib.suppress(requests.RequestException, ValueError):
                    headers = {"authorization": f"Bearer {token}"} if token else {}
                    self._remember(requests.get(f"{self.url}/api/v1{path}", headers=headers, timeout=30).json())
            for cycle in self.known["cycle_id"] if role == "anonymous" else []:
                catalogue = requests.get(f"{self.url}/api/v1/cycles/{cycle}/catalogue", timeout=30)
                self._remember(catalogue.json())

    def _ask(self, operation: Any, turn: list[str], number: int) -> None:
        name = operation.definition.raw["operationId"]
        chance = random.Random(f"{self.seed}/{name}")
        negative = {index for index in range(len(turn)) if chance.random() < _NEGATIVE_SHARE}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            mine = [role for index, role in enumerate(turn) if (index in negative) == (mode is GenerationMode.NEGATIVE)]
            try:
                self._ask_so(operation, mode, mine, number, chance)
            except (Unsatisfiable, InvalidArgument):
                self.found.not_made.add(name)  # nothing can be wrong where nothing is asked for

    def _ask_so(
        self, operation: Any, mode: GenerationMode, roles: list[str], number: int, chance: random.Random
    ) -> None:
        name = operation.definition.raw["operationId"]
        waiting = iter(["", *roles])  # the simplest case comes first: it is left out

        @seed(self.seed * 1000 + number)
        @settings(
            max_examples=len(roles) + 1,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if role := next(waiting, ""):
                self._send(name, case, role, chance, mode)

        if roles:
            ask()

    def _send(self, name: str, case: Any, role: str, chance: random.Random, mode: GenerationMode) -> None:
        if chance.random() < _KNOWN_SHARE:
            self._put_known(case, chance)
        token, _ = self._held[role]
        headers = {"authorization": f"Bearer {token}"} if token else {}
        began = time.monotonic()
        try:
            response = case.call(base_url=self.url, headers=headers, timeout=60)
        except (requests.exceptions.InvalidHeader, UnicodeEncodeError, ValueError):
            return  # cannot be put on the wire
        except requests.RequestException as error:
            self._fault(name, f"as {role}: no answer: {error}")
            return
        self.found.slowest = sorted([*self.found.slowest, (time.monotonic() - began, name)])[-5:]
        self.found.cases += 1
        self.found.by_role[role] += 1
        self.found.by_status[response.status_code] += 1
        self.found.by_kind[_KINDS[mode], response.status_code] += 1
        if response.status_code < 300:
            self.found.reached.add(name)
            with contextlib.suppress(ValueError):
                self._remember(response.json())
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for each in group.exceptions:
                self._fault(
                    name,
                    f"as {role}: {each}\n{response.request.method} {response.request.url}\n"
                    f"{response.request.body!r:.300}\n{response.status_code} {response.text:.600}",
                )
        except AssertionError as error:
            self._fault(name, f"as {role}: {error}")

    def _fault(self, name: str, fault: str) -> None:
        title = fault.split("\n", maxsplit=1)[0].partition(": ")[2][:80]
        self.found.faults.setdefault(f"{name} · {title}", fault[:2500])

    def _put_known(self, case: Any, chance: random.Random) -> None:
        for values in (case.path_parameters, case.query, case.body):
            if isinstance(values, dict):
                for key in list(values):
                    if isinstance(values[key], str) and self.known.get(key):
                        values[key] = chance.choice(self.known[key])

    def _remember(self, value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                self._remember(each, key)
        elif isinstance(value, list):
            for each in value[:5]:
                self._remember(each, name)
        elif isinstance(value, str) and value and name not in _NEVER and (name.endswith("_id") or name in _FIRM):
            kept = self.known[name]
            if value not in kept:
                kept.append(value)
                del kept[:-_MOST_KNOWN]
