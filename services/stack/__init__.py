"""The embedded stack: PostgreSQL, NATS and Temporal from wheels, and every process of the product beside them.

It decides nothing and owns only a data directory. `up.py` is the order of events, `supervisor.py` keeps children alive,
`postgres.py`, `nats.py` and `temporal.py` know one server each, `processes.py` knows what a process needs to be told.
Nothing here imports gRPC, Temporal's SDK, Alembic or FastAPI: `residency up` has to be quick, and its children import
what they need themselves.
"""
