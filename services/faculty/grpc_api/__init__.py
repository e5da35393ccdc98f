"""Faculty over gRPC: messages to use cases and back, nothing else."""
