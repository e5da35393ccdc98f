"""The verifier: what must always hold (I1 to I11), checked on databases, workflow histories and messages.

Owns the queries behind `residency verify` and behind the end of every rehearsal and drill. It only reads, needs no
running service, and knows nothing of who caused what it sees: whoever plays a season compares its own account of it
elsewhere.
"""
