"""HOOK-01, HOOK-02 and HOOK-04 to HOOK-08: the rules of webhooks, without a database."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from residency.enrollment.v1 import application_pb2, cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.kit.messaging import Delivery, Poison
from services.notify.consumers import HEARD, SILENT
from services.notify.domain import hook_delivering as rules
from services.notify.domain.event_types import EVENT_TYPES, PING, check_types, open_to
from services.notify.domain.hook_addresses import check_url, is_public
from services.notify.domain.hook_delivering import Reply, WayState
from services.notify.domain.hook_signing import fresh_secret, signed
from services.notify.hook_events import TOLD, UNTOLD, events_of
from tests.unit.notify.test_template_callers import branches, full

NOW = datetime(2023, 7, 20, 2, 0, tzinfo=UTC)
PERSONAL = re.compile(r"person|name|remark|teacher|answer|reason\b|until$")


def delivery(fact: object) -> Delivery:
    descriptor = fact.DESCRIPTOR  # type: ignore[attr-defined]
    body = fact.SerializeToString()  # type: ignore[attr-defined]
    return Delivery(new_id(), "subject", descriptor.full_name, "x", 1, 1, body, "", 1, NOW)


def test_hook_02_every_fact_is_told_or_left_untold_for_a_reason() -> None:
    """HOOK-02: a fact of tomorrow fails here until somebody has decided."""
    assert not set(TOLD) & UNTOLD
    assert set(TOLD) | UNTOLD == set(HEARD) | SILENT


@pytest.mark.parametrize("name", sorted(TOLD))
def test_hook_02_what_is_said_holds_ids_and_nobodys_name(name: str) -> None:
    body, _ = TOLD[name]
    for fact in branches(full(body)):
        for event in events_of(delivery(fact)):
            assert event.event.type in EVENT_TYPES
            content = json.loads(event.body)
            assert list(content) == ["id", "type", "time", "data"]
            assert (content["id"], content["type"]) == (event.event_id, event.event.type)
            assert not [key for key in content["data"] if PERSONAL.search(key) and key != "until_day"]
            assert len(event.body) < 2000


def test_hook_02_every_type_of_the_catalogue_is_told_of_something() -> None:
    seen = {
        event.event.type
        for body, _ in TOLD.values()
        for fact in branches(full(body))
        for event in events_of(delivery(fact))
    }
    assert seen == set(EVENT_TYPES)
    assert PING not in EVENT_TYPES


def test_hook_02_a_base_that_is_left_hears_that_and_not_where_to() -> None:
    about = enrollment.ApplicationFact(
        application_id="a", cycle_id="c", base_code="NEW", state=application_pb2.APPLICATION_STATE_PENDING
    )
    fact = enrollment.ApplicationSubmitted(application=about, left_base_code="OLD")
    first = delivery(fact)
    submitted, left = events_of(first)
    assert (submitted.event.bases, left.event.bases) == (("NEW",), ("OLD",))
    assert left.event.bases_only
    assert json.loads(left.body)["data"] == {"application_id": "a", "cycle_id": "c", "base_code": "OLD"}
    assert submitted.event_id == first.event_id != left.event_id
    assert [each.event_id for each in events_of(first)] == [submitted.event_id, left.event_id], "the same ids again"


def test_hook_02_the_instant_is_that_of_the_decision() -> None:
    about = enrollment.ApplicationFact(application_id="a")
    about.decided_at.FromDatetime(NOW - timedelta(hours=1))
    [event] = events_of(delivery(enrollment.ApplicationAdmitted(application=about)))
    assert json.loads(event.body)["time"] == "2023-07-20T01:00:00.000Z"


def test_hook_02_kinds_within_a_fact_are_told_apart() -> None:
    ended = faculty.AppointmentChanged(kind="dismissed")
    changed = faculty.AppointmentChanged(kind="level_set")
    entered = enrollment.PhaseEntered(cycle_id="c", phase=cycle_pb2.PHASE_FIRST_CHOICE, sequence=2)
    types = [event.event.type for fact in (ended, changed, entered) for event in events_of(delivery(fact))]
    assert types == ["appointment.ended", "appointment.changed", "phase.entered"]


def test_hook_02_a_body_that_cannot_be_read_is_poison() -> None:
    broken = delivery(enrollment.ListPublished())
    with pytest.raises(Poison):
        events_of(Delivery(broken.event_id, "s", broken.event_type, "x", 1, 1, b"\xff", "", 1, NOW))


def test_hook_01_a_hat_subscribes_to_what_its_work_is_about() -> None:
    names = {role: {each.name for each in open_to(role)} for role in ("base_administrator", "teaching_department")}
    assert "application.approved" in names["base_administrator"] - names["teaching_department"]
    assert "appointment.started" in names["teaching_department"] - names["base_administrator"]
    assert {each.name for each in open_to("province_administrator")} == set(EVENT_TYPES) - {"application.left"}
    assert open_to("base_reviewer") == open_to("base_administrator")
    assert not open_to("applicant")
    with pytest.raises(DomainError) as caught:
        check_types("teaching_department", ["appointment.started", "application.approved"])
    assert caught.value.reason == "EVENT_TYPE_UNKNOWN"


def test_hook_04_signatures_follow_standard_webhooks() -> None:
    """HOOK-04: checked against the example of the standard's own libraries."""
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"


def test_hook_04_with_two_secrets_both_sign() -> None:
    old, new = fresh_secret(), fresh_secret()
    assert old != new
    assert len(base64.b64decode(new.removeprefix("whsec_"))) == 32
    both = signed("id", NOW, b"{}", [new, old])["webhook-signature"].split(" ")
    assert both == [signed("id", NOW, b"{}", [each])["webhook-signature"] for each in (new, old)]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/",
        "example.com/hook",
        "https://",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://exämple.com/",
        "https://example.com\\@127.0.0.1/",
    ],
)
def test_hook_05_an_address_is_https_and_whole(url: str) -> None:
    with pytest.raises(DomainError) as caught:
        check_url(url, local=False)
    assert (caught.value.reason, caught.value.field) == ("URL_FORMAT", "url")


def test_hook_05_a_literal_address_inside_is_refused_at_once_unless_trials_allow_it() -> None:
    for url in ("https://127.0.0.1/", "https://[::1]:8443/", "https://10.0.0.8/", "https://localhost/"):
        with pytest.raises(DomainError) as caught:
            check_url(url, local=False)
        assert caught.value.reason == "ADDRESS_NOT_ALLOWED"
    check_url("http://127.0.0.1:8080/hook", local=True)
    check_url("https://hospital.example.com:8443/hook?tenant=7", local=False)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        *((each, False) for each in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254")),
        *((each, False) for each in ("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1")),
        *((each, False) for each in ("::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1")),
        *((each, False) for each in ("64:ff9b::a00:1", "2002:a00:1::1", "2001:0:a00:1::1", "2001:db8::1")),
        ("no address", False),
    ],
)
def test_hook_05_only_addresses_of_the_public_internet_are_led_to(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_hook_06_attempts_spread_over_about_a_day_and_then_end() -> None:
    now, waits = NOW, []
    for attempts in range(1, len(rules.PAUSES) + 1):
        become = rules.after(attempts, Reply(500), now)
        assert (become.state, become.reason) == (WayState.WAITING, "HTTP_500")
        waits.append(become.not_before - now)
        now = become.not_before
    assert sorted(waits) == waits
    assert timedelta(hours=20) < now - NOW < timedelta(hours=28)
    assert rules.after(len(rules.PAUSES) + 1, Reply(500), now).state is WayState.FAILED


@pytest.mark.parametrize(
    ("reply", "state", "reason"),
    [
        (Reply(200), WayState.DELIVERED, ""),
        (Reply(204), WayState.DELIVERED, ""),
        (Reply(302), WayState.WAITING, "HTTP_302"),
        (Reply(400), WayState.WAITING, "HTTP_400"),
        (Reply(0, "NO_ANSWER"), WayState.WAITING, "NO_ANSWER"),
        (Reply(410), WayState.FAILED, "HTTP_410"),
    ],
)
def test_hook_06_only_2xx_is_done_and_hook_07_410_ends(reply: Reply, state: WayState, reason: str) -> None:
    """HOOK-06, HOOK-07."""
    become = rules.after(1, reply, NOW)
    assert (become.state, become.reason) == (state, reason)


def test_hook_06_a_receiver_may_ask_for_a_longer_pause_and_for_no_endless_one() -> None:
    assert rules.after(1, Reply(429, wait=timedelta(minutes=7)), NOW).not_before - NOW == timedelta(minutes=7)
    assert rules.after(1, Reply(429, wait=timedelta(days=1)), NOW).not_before - NOW == timedelta(hours=8)
    assert rules.after(3, Reply(429, wait=timedelta(seconds=1)), NOW).not_before - NOW == timedelta(minutes=30)
    assert rules.after(1, Reply(500), NOW, chance=0.5).not_before - NOW == timedelta(seconds=5.5)


def test_hook_08_a_webhook_is_switched_off_after_three_days_without_a_success() -> None:
    assert not rules.is_given_up(NOW, NOW + timedelta(days=2, hours=23))
    assert rules.is_given_up(NOW, NOW + timedelta(days=3))


PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()


def _example(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_hook_04_the_example_in_python_tells_right_from_wrong() -> None:
    known: dict[str, Any] = {}
    exec(_example("python"), known)
    body, secret = b'{"id":"1"}', fresh_secret()
    headers = signed("1", datetime.now(UTC), body, [fresh_secret(), secret])
    assert known["verified"](headers, body, secret)
    assert not known["verified"](headers, body + b" ", secret)
    assert not known["verified"](headers, body, fresh_secret())
    assert not known["verified"](signed("1", NOW, body, [secret]), body, secret), "too old"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_hook_04_the_example_in_shell_tells_right_from_wrong(tmp_path: Path) -> None:
    body, secret = b'{"id":"1"}', fresh_secret()
    headers = signed("1", NOW, body, [fresh_secret(), secret])
    names = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    (tmp_path / "body.json").write_bytes(body)

    def says(secret: str) -> str:
        environment = {**os.environ, **names, "SECRET": secret}
        done = subprocess.run(
            ["sh", "-c", _example("sh")], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    assert (says(secret), says(fresh_secret())) == ("good", "bad")


def test_the_page_for_hospitals_names_every_type() -> None:
    missing = [name for name in EVENT_TYPES if f"`{name}`" not in PAGE]
    assert not missing, f"add these to docs/webhooks.md: {missing}"
