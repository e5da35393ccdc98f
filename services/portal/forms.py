"""Posted forms: their values, and refusals told field by field without losing what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from starlette.requests import Request

from services.kit.domain import DomainError, Kind
from services.kit.errors import TABLE
from services.kit.ids import new_id
from services.portal.calendar import stamp
from services.portal.i18n import terms
from services.portal.i18n.language import reason_text, tr
from services.portal.i18n.problems import problem_text

KEY = "idempotency_key"
VERSION = "expected_version"
SECRETS = frozenset(
    {
        "password",
        "password_again",
        "current_password",
        "new_password",
        "totp",
        "recovery_code",
        "passkey_json",
        "secret",
        "code",
        "document_number",
    }
)
"""Fields that are never sent back to a browser on a page of another form."""


PROOF_OWED = "STEP_UP_REQUIRED"
"""The reason with which every service refuses a powerful act until a second factor was proved lately (ROLE-14)."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The values of a posted form."""

    values: dict[str, str]

    def get(self, name: str, default: str = "") -> str:
        """The value of `name`, trimmed."""
        return self.values.get(name, default).strip()

    def number(self, name: str) -> int:
        """The value of `name` as a whole number, 0 when it is none or negative."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def checked(self, name: str) -> bool:
        """True when the value of `name` says yes."""
        return self.get(name) in {"yes", "on", "true"}

    @property
    def key(self) -> str:
        """The idempotency key that the form carried; a fresh one when it carried none."""
        return self.get(KEY) or new_id()

    def carried(self) -> list[tuple[str, str]]:
        """What may be sent back to the browser to post again: everything but secrets."""
        return [(name, value) for name, value in self.values.items() if name not in SECRETS]

    def shown(self, *hidden: str) -> dict[str, str]:
        """The values for the same form again: everything but passwords, codes, and what `hidden` names."""
        kept = (SECRETS - {"document_number", "secret"}) | set(hidden)
        return {name: value for name, value in self.values.items() if name not in kept}


async def read_form(request: Request) -> Posted:
    """The posted form; files are not taken."""
    form = await request.form(max_files=0, max_fields=200)
    posted = Posted({name: value for name, value in form.items() if isinstance(value, str)})
    request.state.posted = posted  # for the error page, which must not lose what was typed
    return posted


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused form: the sentence at the top, sentences by field, and how to go on."""

    heading: str
    errors: dict[str, str] = field(default_factory=dict)
    """Field name → sentence; the name is that of the input on the page."""
    status: int = 422
    reason: str = ""
    links: dict[str, str] = field(default_factory=dict)
    """Field name → where to mend it, when not on this page."""
    rules: dict[str, str] = field(default_factory=dict)
    """Field name → what the contract finds wrong, in a sentence that does not say of what."""

    def said_at(self, name: str, first: str) -> Refusal:
        """The same, where what is wrong with the group `name` of ticks is said at the `first` of them."""
        errors = {first if each == name else each: told for each, told in self.errors.items()}
        return replace(self, errors=errors)

    def naming(self, labels: Mapping[str, str]) -> Refusal:
        """The same, where each sentence of the contract begins with what its field is called in `labels`."""
        told = {
            name: tr("{label}：{sentence}", label=labels[name], sentence=sentence)
            for name, sentence in self.rules.items()
            if name in labels
        }
        return replace(self, errors=self.errors | told)


def to_correct(errors: Mapping[str, str], status: int = 422, reason: str = "") -> Refusal:
    """The refusal of a form in which only single fields are wrong: field name → sentence."""
    return Refusal(tr("有 {n} 处需要更正", n=len(errors)), dict(errors), status, reason)


def refusal_of(error: DomainError, status: int, labels: Mapping[str, str] | None = None) -> Refusal:
    """What to tell about `error` beside the form. `labels`: what fields are called, for sentences that name them.

    Sentences for single fields come from `details`: `<section>.<field>` → `<rule> <sentence>` (dossier rules), or
    `violation.<n>` → `<path> <rule> <sentence>` (the contract's own checks).
    """
    pairs = (_field_error(key, value, labels or {}) for key, value in error.details.items())
    told = {pair[0]: pair[1] for pair in pairs if pair is not None}
    rules = {name: rule for key, value in error.details.items() for name, rule in _contract_rule(key, value)}
    if error.field and not told:
        told = {_leaf(error.field): reason_text(error.reason, error.message)}
    if error.kind is Kind.INVALID and told:
        return replace(to_correct(told, status, error.reason), rules=rules)
    message = reason_text(error.reason, error.message)
    if error.kind is Kind.EXHAUSTED and error.until is not None:
        message = tr("{message}{moment} 后可再试。", message=message, moment=stamp(error.until, seconds=True))
    return Refusal(message, told, status, error.reason)


def in_order(refusal: Refusal, names: Sequence[str]) -> Refusal:
    """The refusal with its sentences in the order of the fields `names` on the page; others come last."""
    place = {name: number for number, name in enumerate(names)}
    errors = dict(sorted(refusal.errors.items(), key=lambda pair: place.get(pair[0], len(place))))
    return replace(refusal, errors=errors)


def refused(error: DomainError, labels: Mapping[str, str] | None = None) -> Refusal:
    """As `refusal_of`, with the error's own HTTP status; what no form can mend is raised on, to the error page.

    So is the proof that a powerful act asks for: the page that takes it carries the form along.
    """
    if error.reason == PROOF_OWED or error.kind in {Kind.UNAUTHENTICATED, Kind.UNAVAILABLE, Kind.INTERNAL}:
        raise error
    return refusal_of(error, TABLE[error.kind].http, labels)


def fresh_key(error: DomainError | None, posted: Posted | None) -> str:
    """The key for the form now shown: the same one only where the first try may have been committed."""
    if posted is not None and error is not None and error.kind in {Kind.UNAVAILABLE, Kind.INTERNAL}:
        return posted.key
    return new_id()


def _field_error(key: str, value: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    if key.startswith("violation."):
        ((name, sentence),) = _contract_rule(key, value)
        return name, terms.FIELD_RULES.get(name) or sentence
    rule, _, sentence = value.partition(" ")
    if "." in key and sentence and rule.isascii():
        return _leaf(key), problem_text(sentence, labels.get(_leaf(key), ""))
    return None


def _contract_rule(key: str, value: str) -> list[tuple[str, str]]:
    if not key.startswith("violation."):
        return []
    path, _, rest = value.partition(" ")
    return [(_leaf(path), terms.CONTRACT_RULES.get(rest.partition(" ")[0], tr("填写有误。")))]


def _leaf(path: str) -> str:
    return path.rsplit(".", 1)[-1]
