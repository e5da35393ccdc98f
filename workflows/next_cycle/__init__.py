"""Once a year: prepares every province's next cycle as a draft."""
