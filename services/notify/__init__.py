"""Notify owns messages to people: their texts, inboxes and what was read.

It alone decides that each message due is written once, or visibly not (a dead letter). It never decides that something
happened: it hears facts, or is asked by whoever keeps the time.
"""
