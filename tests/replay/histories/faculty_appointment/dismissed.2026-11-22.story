day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 30 days
day  30        does get_appointment_clock
day  30        waits 30 days
day  60        does get_appointment_clock
day  60        waits 25 days 0 h 17 min
day  85 00:17  does get_appointment_clock
day  85 00:17  does open_review
day  85 00:17  does get_appointment_clock
day  85 00:17  waits 24 days 8 h 43 min
day 103 16:00  is told changed: kind dismissal_proposed, version 3
day 103 16:00  stops waiting
day 103 16:00  does get_appointment_clock
day 103 16:00  waits 30 days
day 131 10:00  is told changed: kind dismissal_decided, version 4
day 131 10:00  stops waiting
day 131 10:00  does get_appointment_clock
day 131 10:00  waits 19 days 14 h 00 min
day 151        does get_appointment_clock
day 151        does end_appointment
day 151        does get_appointment_clock
day 151        ends: orphaned 5, state dismissed
