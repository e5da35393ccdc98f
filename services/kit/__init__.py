"""Plumbing shared by every process: one file a concern.

What belongs here: something at least two processes need and that knows no business noun (no cycle, no applicant).
What does not: rules, tables, texts. The kit imports the standard library, third parties, itself and `residency.kit`.
"""
