"""OPS-97. The hostile run: tens of thousands of bad inputs at every door of the real stack, each one judged.

A door is a module of `doors`: its classes of input, what sends one, and what is wrong with an answer. `run` sends them
and looks after what all doors have in common: deadlines, echoes of internals, marks of people, what was left written,
what leaked. `python -m tests.hostile` is the command; its whole run makes `docs/hostile.md`.
"""
