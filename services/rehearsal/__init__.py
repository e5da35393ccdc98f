"""A rehearsal: synthetic people play a whole recruitment cycle against a running stack, through public commands only.

Owns the province files' loader, the synthetic people, the player, the report, and the comparison of what was
asked for with what the verifier finds. It is a tool, not a service: it writes through REST (and the operator's gRPC
methods where no REST exists) and reads no database itself.
"""
