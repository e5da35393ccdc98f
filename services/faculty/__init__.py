"""Faculty owns the dossiers of those who teach residents.

It alone decides what a dossier must hold and whether it is complete. Appointment and assignment come later and will
live here too.
"""
