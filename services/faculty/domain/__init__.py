"""The pure rules of faculty: the dossier."""
