"""OPS-70: the closed list of metrics. Labels carry methods, routes, states and codes; never a person, a base or an id.

What every replica reads from the same place (the outbox, a stream, the season) is the same in all of them: dashboards
and alerts take the largest. A gauge that cannot be read now is not shown, so that nobody trusts an old value.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# A series beside each counter and histogram, with the time of its first value, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client left it bare

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

# The process.
BUILD_INFO = Gauge("residency_build_info", "1; says which process and version this is.", ["process", "version"])
PART_READY = Gauge(
    "residency_part_ready",
    "1 while a part of the process does its work and lacks nothing, else 0.",
    ["process", "part"],
)
LOOP_LAG_SECONDS = Gauge("residency_loop_lag_seconds", "How late the event loop answers; at most two seconds.")
CLOCK_SKEW_SECONDS = Gauge("residency_clock_skew_seconds", "The process's clock less its reference's.", ["reference"])
CERTIFICATE_ENDS = Gauge(
    "residency_certificate_ends_timestamp_seconds", "When a certificate in use ends, in Unix time.", ["certificate"]
)
EPOCH = Gauge("residency_epoch", "Epoch of the service's database: grows when it is restored.", ["service"])
READ_ONLY = Gauge("residency_read_only", "1 while the service takes no command, after a restore.", ["service"])

# What is asked.
GRPC_SERVER_SECONDS = Histogram(
    "residency_grpc_server_seconds", "Time to answer a gRPC call.", ["method", "code"], buckets=_SECONDS
)
REFUSALS = Counter("residency_refusals_total", "Calls refused or failed, by kind and reason.", ["kind", "reason"])
HTTP_SECONDS = Histogram(
    "residency_http_seconds", "Time to answer an HTTP request.", ["route", "method", "status"], buckets=_SECONDS
)
ADMISSION = Gauge(
    "residency_admission", "Work behind a door of the process: allowed now, under way, waiting.", ["door", "state"]
)
SHED = Counter(
    "residency_shed_total", "What was refused at a door because there was no time for it, by sort.", ["door", "sort"]
)
LIVE_STREAMS = Gauge("residency_live_streams", "Open live-page streams.")
SIGN_INS = Counter("residency_sign_ins_total", "Sign-ins by outcome; refusals by their reason.", ["outcome"])

# The database, the objects, the audit.
DATABASE_CONNECTIONS = Gauge(
    "residency_database_connections",
    "Connections by lane (fast, work) and state (lent, size, waiting).",
    ["lane", "state"],
)
DATABASE_WAIT_SECONDS = Histogram(
    "residency_database_wait_seconds", "Waits for a connection of the fast lane.", buckets=_SECONDS
)
DATABASE_GAVE_UP = Counter(
    "residency_database_gave_up_total", "Statements the database did not do, by why.", ["reason"]
)
OBJECTS_AWAY = Counter("residency_objects_away_total", "Reads and writes that the object store did not do.")
AUDIT_SEALED = Gauge(
    "residency_audit_sealed_timestamp_seconds",
    "When everything was last found sealed and copied, in Unix time.",
    ["service"],
)
AUDIT_SEAL = Gauge("residency_audit_seal", "Number of the newest seal in the database.", ["service"])
AUDIT_MISSING = Gauge(
    "residency_audit_seals_missing", "Seals that the outside copy has and the database not.", ["service"]
)

# Facts.
OUTBOX_PUBLISHED = Counter("residency_outbox_published_total", "Facts relayed to JetStream.", ["service"])
OUTBOX_OLDEST_SECONDS = Gauge("residency_outbox_oldest_seconds", "Age of the oldest fact not yet relayed.", ["service"])
OUTBOX_WAITING = Gauge("residency_outbox_waiting", "Facts not yet relayed; counted up to 10000.", ["service"])
CONSUMER_HANDLED = Counter("residency_consumer_handled_total", "Deliveries by outcome.", ["consumer", "outcome"])
CONSUMER_LAG_SECONDS = Histogram(
    "residency_consumer_lag_seconds", "Time from a fact to its effect.", ["consumer"], buckets=(*_SECONDS, 30.0, 300.0)
)
CONSUMER_WAITING = Gauge(
    "residency_consumer_waiting", "Facts of the stream not yet given to the consumer.", ["stream", "consumer"]
)
CONSUMER_OPEN = Gauge(
    "residency_consumer_open", "Facts given to the consumer and not answered.", ["stream", "consumer"]
)
STREAM_BYTES = Gauge("residency_stream_bytes", "Bytes in a stream.", ["stream"])
STREAM_MAX_BYTES = Gauge("residency_stream_max_bytes", "Bytes at which a stream takes no more.", ["stream"])
STREAM_MESSAGES = Gauge("residency_stream_messages", "Messages in a stream.", ["stream"])
