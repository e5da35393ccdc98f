"""Composition root of the portal."""

from __future__ import annotations

from services.access import revocations, token_verifier
from services.kit import clock_check
from services.kit.bus import Messaging
from services.kit.part import Part
from services.kit.settings import Settings
from services.portal.app import Edge, build
from services.portal.clients import Clients
from services.portal.live.hub import LiveHub
from services.portal.portal import Contact, Portal
from services.portal.server import WebServer
from services.portal.settings import PortalSettings

SETTINGS: type[Settings] = PortalSettings
"""What the process reads from its environment."""


def parts(settings: Settings) -> list[Part]:
    """The parts of the portal in starting order; they stop in reverse.

    The hub stands after the server, so that open streams end before the server waits for its requests.
    """
    assert isinstance(settings, PortalSettings)
    clients = Clients(settings)
    verifier = token_verifier(settings)
    portal = Portal(clients, verifier, Contact(settings.contact_phone, settings.contact_email))
    messaging = Messaging.of(settings, "portal")
    hub = LiveHub(messaging, portal.heard, [revocations(messaging, verifier)])
    app = build(portal, hub, Edge.of(settings))
    server = WebServer(app, settings.http_host, settings.http_port)
    return [clients, server, hub, clock_check.by_nats(messaging, settings.clock_skew_seconds)]
