"""Enrollment owns cycles and their gate, plans, dossiers, applications, submissions, decisions and the audit of these.

It alone decides whether a command is allowed now, and who holds a seat. Its database is read by nobody else.
"""
