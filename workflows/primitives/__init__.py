"""The ways of waiting and calling that every process shares."""
