"""The year of one province: moves the gate from phase to phase on its timetable."""
