"""Benches: ours and the bare thing beside it, in turn in one run. `python -m tests.bench` runs them all."""
