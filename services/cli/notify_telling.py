"""What commands about notices say to people: channels, texts, deliveries, campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.cli import output

Value = Mapping[str, Any]


def show_status(status: Value) -> None:
    """How the channels do, each in a line that fits a terminal; what went wrong below it."""
    for each in status["channels"]:
        adapter, left = each["adapter"] or "off", each["delivered_last_minute"]
        said = [f"{each['channel']:<8} {adapter:<7} {left} in the last minute"]
        if each["limit_per_second"]:
            said.append(f"at most {each['limit_per_second']:g}/s")
        waiting = [f"{each[state]} {state}" for state in ("queued", "held", "sending") if each[state]]
        oldest = [f"oldest {each['oldest_seconds']:.0f} s"] if each["oldest_seconds"] else []
        doubtful = [f"{each['doubtful']} perhaps twice"] if each["doubtful"] else []
        output.say(", ".join([*said, *waiting, *oldest, *doubtful]))
        if each["failed_last_day"]:
            output.say(f"         failed in the last day: {_counts(each['failed_last_day'])}")
        if each["down"]:
            output.say(f"         down: {each['down']}")
    output.say(f"{status['unrouted']} messages wait for their channels to be chosen")


def show_templates(templates: Sequence[Value]) -> None:
    """Every template: kind, edition, channels, parameters."""
    for each in templates:
        output.say(f"{each['template']}  {each['title']}  ({each['kind']}, edition {each['edition']})")
        output.say(f"  by {' '.join(each['channels'])}")
        if each["parameters"]:
            output.say(f"  {' '.join(f'{name}:{kind}' for name, kind in sorted(each['parameters'].items()))}")


def show_texts(texts: Sequence[Value]) -> None:
    """A text as each channel shows it."""
    for text in texts:
        output.say(": ".join(filter(None, (text["channel"], text["title"]))))
        _lines(text["body"], "  ")


def show_told(told: Sequence[Value]) -> None:
    """What somebody was told: each message, its ways, and the texts."""
    for message in told:
        to = f" to {message['organisation_code']}" if message["organisation_code"] else ""
        output.say(f"{message['written_at']}  {message['template']}{to}: {message['title']} ({message['message_id']})")
        read = f", read {message['read_at']}" if message["read_at"] else ""
        texts = {text["channel"]: text for text in message["texts"]}
        for way in message["deliveries"]:
            output.say(f"  {way['channel']}: {_way(way)}{read if way['channel'] == 'inbox' else ''}")
            body = message["body"] if way["channel"] == "inbox" else texts.get(way["channel"], {}).get("body", "")
            _lines(body, "    ")


def show_deliveries(deliveries: Sequence[Value]) -> None:
    """Deliveries that were given up."""
    for each in deliveries:
        output.say(f"{each['delivery_id']}  {each['finished_at'] or '–'}  {each['channel']}  {each['reason']}")
        to = f", to {each['sent_to']}" if each["sent_to"] else ""
        person = f", person {each['person_id']}" if each["person_id"] else ""
        output.say(f"  {each['template']}, {each['attempts']} attempts{to}{person}")


def show_campaigns(campaigns: Sequence[Value]) -> None:
    """Campaigns, newest first."""
    for each in campaigns:
        output.say(f"{each['campaign_id']}  {each['state']}  {each['template']} to {each['audience']}")
        ends = f", ends about {each['expected_at']}" if each["expected_at"] else ""
        written = f"{each['written']} of {each['counted'] or '?'} written at {each['rate']}/s"
        output.say(f"  drafted {each['created_at'] or '–'}, {written}{ends}")


def show_campaign(campaign: Value, steps: Sequence[Value]) -> None:
    """One campaign: where it stands, its deliveries, and who did what."""
    show_campaigns([campaign])
    only = [f"{name} {campaign[name]}" for name in ("base_code", "specialty_code") if campaign[name]]
    output.say(f"cycle {campaign['cycle_id']}{', only ' if only else ''}{', '.join(only)}")
    for name, value in sorted(campaign["parameters"].items()):
        output.say(f"  {name}: {value}")
    skipped = f", {campaign['skipped']} passed over" if campaign["skipped"] else ""
    output.say(f"deliveries: {_counts(campaign['deliveries']) or 'none'}{skipped}")
    for step in steps:
        reason = f": {step['reason']}" if step["reason"] else ""
        output.say(f"  {step['at']}  {step['what']} by {step['by'] or 'the system'}{reason}")


def _way(way: Value) -> str:
    """One delivery in a line."""
    when = way["delivered_at"] or way["finished_at"] or f"due {way['due_at']}"
    reason = f" ({way['reason']})" if way["reason"] else ""
    said = [f"{way['state']}{reason}, {when}"]
    if way["sent_to"]:
        said.append(f"to {way['sent_to']}")
    if way["attempts"] > 1:
        said.append(f"{way['attempts']} attempts")
    if way["doubtful"]:
        said.append(f"perhaps {way['doubtful']} more copies")
    if way["receipt"]:
        said.append(f"{way['receipt']} {way['receipt_at']}")
    return ", ".join(said)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _lines(text: str, indent: str) -> None:
    for line in text.splitlines():
        output.say(f"{indent}{line}")
