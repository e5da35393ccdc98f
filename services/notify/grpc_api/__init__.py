"""Notify over gRPC: messages to use cases and back, nothing else; one module a service of the contract."""
