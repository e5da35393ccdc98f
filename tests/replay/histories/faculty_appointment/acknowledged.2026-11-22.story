day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 30 days
day  30        does get_appointment_clock
day  30        waits 30 days
day  40 09:00  is told changed: kind started, version 2
day  40 09:00  stops waiting
day  40 09:00  does get_appointment_clock
day  40 09:00  waits 30 days
day  70 09:00  does get_appointment_clock
day  70 09:00  waits 14 days 15 h 29 min
day  85 00:29  does get_appointment_clock
day  85 00:29  does open_review
day  85 00:29  does get_appointment_clock
day  85 00:29  waits 24 days 8 h 31 min
day  90 09:00  is told changed: kind confirmed, version 4
day  90 09:00  stops waiting
day  90 09:00  does get_appointment_clock
day  90 09:00  waits 30 days
day 120 09:00  does get_appointment_clock
day 120 09:00  waits 30 days
day 150 09:00  does get_appointment_clock
day 150 09:00  waits 30 days
day 180 09:00  does get_appointment_clock
day 180 09:00  waits 30 days
day 200 09:00  is told changed: kind transferred, version 5
day 200 09:00  stops waiting
day 200 09:00  does get_appointment_clock
day 200 09:00  waits 11 days 15 h 00 min
day 212        does get_appointment_clock
day 212        does end_appointment
day 212        does get_appointment_clock
day 212        ends: orphaned 1, state transferred
