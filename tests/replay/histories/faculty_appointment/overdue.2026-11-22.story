day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 30 days
day  30        does get_appointment_clock
day  30        waits 30 days
day  60        does get_appointment_clock
day  60        waits 25 days 0 h 28 min
day  85 00:28  does get_appointment_clock
day  85 00:28  does open_review
day  85 00:28  does get_appointment_clock
day  85 00:28  waits 24 days 8 h 32 min
day 109 09:00  does get_appointment_clock
day 109 09:00  does remind_review: kind due
day 109 09:00  does get_appointment_clock
day 109 09:00  waits 6 days
day 115 09:00  does get_appointment_clock
day 115 09:00  does remind_review: kind due
day 115 09:00  does get_appointment_clock
day 115 09:00  waits 1 days 15 h 28 min
day 117 00:28  does get_appointment_clock
day 117 00:28  does mark_overdue
day 117 00:28  does get_appointment_clock
day 117 00:28  does remind_review: kind overdue
day 117 00:28  does get_appointment_clock
day 117 00:28  waits 30 days
day 125 11:00  is told changed: kind confirmed, version 4
day 125 11:00  stops waiting
day 125 11:00  does get_appointment_clock
day 125 11:00  waits 30 days
day 155 11:00  does get_appointment_clock
day 155 11:00  waits 30 days
day 185 11:00  does get_appointment_clock
day 185 11:00  waits 30 days
day 215 11:00  does get_appointment_clock
day 215 11:00  waits 30 days
day 245 11:00  does get_appointment_clock
day 245 11:00  waits 30 days
day 275 11:00  does get_appointment_clock
day 275 11:00  waits 30 days
day 305 11:00  does get_appointment_clock
day 305 11:00  waits 28 days 22 h 00 min
day 334 09:00  does get_appointment_clock
day 334 09:00  does remind_review: kind term
day 334 09:00  does get_appointment_clock
day 334 09:00  waits 30 days
day 364 09:00  does get_appointment_clock
day 364 09:00  waits 15 h 00 min
day 365        does get_appointment_clock
day 365        does end_appointment
day 365        does get_appointment_clock
day 365        ends: orphaned 3, state expired
