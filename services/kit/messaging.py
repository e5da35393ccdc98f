"""Facts over NATS JetStream: the connection, and consumers that lose nothing.

Import from here: `Messaging` (the connection and the declared streams), `Consumer` (a durable consumer), `Delivery`
(what a handler gets), `Poison` (what a handler raises for a fact that no retry will mend). A consumer whose effects
are in a database of ours is a `services.kit.once.OnceConsumer`. Publishing is the relay's business
(`services.kit.outbox`).
"""

from __future__ import annotations

from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.consumers import Consumer
from services.kit.delivery import Delivery, Poison

__all__ = ["NATS_ERRORS", "Consumer", "Delivery", "Messaging", "Poison"]
