"""The closed list of metrics. Labels carry methods, routes and codes; never a person, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

GRPC_SERVER_SECONDS = Histogram(
    "residency_grpc_server_seconds", "Time to answer a gRPC call.", ["method", "code"], buckets=_SECONDS
)
HTTP_SECONDS = Histogram(
    "residency_http_seconds", "Time to answer an HTTP request.", ["route", "method", "status"], buckets=_SECONDS
)
OUTBOX_PUBLISHED = Counter("residency_outbox_published_total", "Facts relayed to JetStream.", ["service"])
OUTBOX_OLDEST_SECONDS = Gauge("residency_outbox_oldest_seconds", "Age of the oldest fact not yet relayed.", ["service"])
CONSUMER_HANDLED = Counter("residency_consumer_handled_total", "Deliveries by outcome.", ["consumer", "outcome"])
CONSUMER_LAG_SECONDS = Histogram(
    "residency_consumer_lag_seconds", "Time from a fact to its effect.", ["consumer"], buckets=(*_SECONDS, 30.0, 300.0)
)
SIGN_INS = Counter("residency_sign_ins_total", "Sign-ins by outcome; refusals by their reason.", ["outcome"])
LIVE_STREAMS = Gauge("residency_live_streams", "Open live-page streams.")
