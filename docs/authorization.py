"""Write `docs/authorization.md` from the contracts: `python docs/authorization.py [--check]`.

The document is the literal table that `tests/authority` reads back and holds against running services; `--check` fails
when it is not what the contracts say.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2

from residency.kit.v1 import policy_pb2

DOCUMENT = Path(__file__).with_suffix(".md")
GENERATE = Path(__file__).parents[1] / "protos" / "generate.py"
MACHINES = ("scheduler", "service", "operator")

ROLES = {
    "applicant": ("AP", "报名人", "themselves: their applications, their account"),
    "faculty": ("FA", "师资", "themselves: their dossier, their account"),
    "base_reviewer": ("BR", "基地审核员", "their base: applications that chose it"),
    "base_administrator": ("BA", "基地管理员", "their base: applications that chose it, its departments, its staff"),
    "teaching_department": ("TD", "教学部", "their base: its departments, the staff of those"),
    "department_director": ("DD", "科室主任", "their department"),
    "department_secretary": ("DS", "科室教学秘书", "their department"),
    "province_administrator": (
        "PA",
        "省级管理员",
        "their province: its cycles, bases, departments, staff, applications",
    ),
    "auditor": ("AU", "审计管理员", "their province, reading only; the audit of the whole platform"),
    "support": ("SU", "客服", "their province: applications to its cycles, people without a hat elsewhere"),
    "system_administrator": ("SY", "系统管理员", "their province: its organisations"),
    "security_administrator": ("SE", "安全管理员", "their province: its staff, people without a hat elsewhere"),
    "unchosen": ("UN", "尚未选择身份", "their account, until a hat is chosen"),
    "enrolling": ("EN", "尚未设置第二要素", "their second factors, until there is one"),
    "scheduler": ("sc", "machine: the workflow worker", "everything within its methods"),
    "service": ("sv", "machine: a service asking another", "everything within its methods"),
    "operator": ("op", "machine: the platform team", "everything within its methods"),
}
"""Column head, name as printed, and what is its own."""

SCOPES = {
    policy_pb2.SCOPE_PUBLIC: (
        "open",
        "Nobody's in particular. No sign-in is needed, and a token that comes along is not looked at.",
    ),
    policy_pb2.SCOPE_SELF: ("self", "The caller's own person, whatever the hat. Another's is answered as absent."),
    policy_pb2.SCOPE_OWN: (
        "own",
        "What the hat reaches (below). Another's is answered as absent, or left out of a list.",
    ),
    policy_pb2.SCOPE_ALL: ("all", "Everything on the platform."),
}

HEAD = """\
# Authorization

Who may call what: every method of every service, by method and by role. **Made from the contracts**
(`option (residency.kit.v1.policy)` in `protos/residency/*/v1/*.proto`) by `docs/authorization.py`: change the contract,
run `make protos`, and read the difference. `make check` and `tests/architecture` fail when this page is stale;
`tests/authority` reads it back and walks role × method × (own, another's, none) against the running services.

The guard (`services/kit/grpc_server.py`) asks in this order, and answers always the same:

| Question | Answer when not |
| --- | --- |
| Does the method have a policy? | `PERMISSION_DENIED` `NO_POLICY` |
| Is it open, or is there a token that holds? | `UNAUTHENTICATED` |
| Does the policy name the token's role? (ROLE-01) | `PERMISSION_DENIED` `ROLE_NOT_ALLOWED` |
| Does it read, or does the caller act in person or with leave to write? (ROLE-13) | `PERMISSION_DENIED` `LOOK_ONLY` |
| For `!`: was a second factor proved in the last 15 minutes? (ROLE-14) | `PERMISSION_DENIED` `STEP_UP_REQUIRED` |
| Is the request well-formed? | `INVALID_ARGUMENT` |
| Is it the caller's own? Asked by the service that owns it. | `NOT_FOUND`, as for what is not there |

Machines prove by their secret, not by a second factor.
"""


@dataclass(frozen=True)
class Method:
    """One method with what its contract says of it."""

    package: str
    service: str
    name: str
    does: str
    policy: Any

    @property
    def full(self) -> str:
        """`identity.StaffService.EndHat`."""
        return f"{self.package}.{self.service}.{self.name}"

    @property
    def kind(self) -> str:
        """Whether it reads, and whether it wants a fresh proof."""
        return "reads" if self.policy.reads else "writes !" if self.policy.step_up else "writes"

    def mark(self, role: str) -> str:
        """What stands where this method and `role` meet; empty for refused."""
        if self.policy.anyone:
            return "open"
        if role not in self.policy.roles:
            return ""
        if role in MACHINES:
            return "all"
        return SCOPES[self.policy.scope][0]


def methods() -> Iterator[Method]:
    """All methods, package by package, in the order of the contracts."""
    contracts = descriptor_pb2.FileDescriptorSet()
    with tempfile.NamedTemporaryFile(suffix=".binpb") as file:
        subprocess.run([sys.executable, GENERATE, "--image", file.name], check=True)  # noqa: S603  (our own script)
        contracts.ParseFromString(Path(file.name).read_bytes())
    for contract in contracts.file:
        comments = {tuple(place.path): place.leading_comments for place in contract.source_code_info.location}
        for position, service in enumerate(contract.service):
            for number, method in enumerate(service.method):
                does = " ".join(comments.get((6, position, 2, number), "").split())
                policy = method.options.Extensions[policy_pb2.policy]
                yield Method(contract.package.split(".")[1], service.name, method.name, does, policy)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def legend() -> str:
    """What the marks and the column heads say."""
    marks = [(f"`{mark}`", meaning) for mark, meaning in SCOPES.values()]
    marks.append(("`writes !`", "Needs a fresh proof of a second factor (ROLE-14)."))
    marks.append(("empty", "Refused: `ROLE_NOT_ALLOWED`."))
    roles = [(f"`{head}`", f"`{role}`", name, own) for role, (head, name, own) in ROLES.items()]
    return (
        "\n## Marks\n\n"
        + table(["Mark", "Whose things"], marks)
        + "\n## Roles, and what is their own\n\n"
        + table(["Head", "Role", "", "Own"], roles)
    )


def by_method(known: Sequence[Method]) -> str:
    """One matrix a service."""
    parts = ["\n## By method\n"]
    for service in dict.fromkeys((method.package, method.service) for method in known):
        own = [method for method in known if (method.package, method.service) == service]
        heads = ["Method", "Kind", *(head for head, _, _ in ROLES.values()), "What it does"]
        rows = [[f"`{method.name}`", method.kind, *map(method.mark, ROLES), method.does] for method in own]
        parts.append(f"\n### {'.'.join(service)}\n\n{table(heads, rows)}")
    return "".join(parts)


def by_role(known: Sequence[Method]) -> str:
    """One table a role: what it may call; it is refused everything else."""
    parts = ["\n## By role\n\nWhat is not listed is refused; open methods are listed once, for everybody.\n"]
    open_to_all = [[f"`{method.full}`", method.kind] for method in known if method.policy.anyone]
    parts.append(f"\n### Everybody, signed in or not\n\n{table(['Method', 'Kind'], open_to_all)}")
    for role, (_, name, own) in ROLES.items():
        rows = [
            [f"`{method.full}`", method.kind, *relations(method.mark(role))]
            for method in known
            if role in method.policy.roles
        ]
        heads = ["Method", "Kind", "One's own", "Another's"]
        parts.append(f"\n### `{role}`\n\n{name}. Own: {own}.\n\n{table(heads, rows)}")
    return "".join(parts)


def relations(mark: str) -> tuple[str, str]:
    """What becomes of one's own and of another's."""
    return ("yes", "yes") if mark == "all" else ("yes", "absent")


def document() -> str:
    """The whole page."""
    known = list(methods())
    return HEAD + legend() + by_method(known) + by_role(known)


def main() -> None:
    """Write the page, or with `--check` exit with a sentence when it is stale."""
    wanted = document()
    if "--check" not in sys.argv:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/authorization.md is not what the contracts say: run `make protos`, read the difference, commit")


if __name__ == "__main__":
    main()
