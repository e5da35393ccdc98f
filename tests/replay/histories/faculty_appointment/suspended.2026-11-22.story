day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 30 days
day  30        does get_appointment_clock
day  30        waits 30 days
day  60        does get_appointment_clock
day  60        waits 25 days
day  68 09:00  is told changed: kind suspended, version 2
day  68 09:00  stops waiting
day  68 09:00  does get_appointment_clock
day  68 09:00  waits 30 days
day  98 09:00  does get_appointment_clock
day  98 09:00  waits 30 days
day  99 09:00  is told changed: kind lifted, version 3
day  99 09:00  stops waiting
day  99 09:00  does get_appointment_clock
day  99 09:00  does open_review
day  99 09:00  does get_appointment_clock
day  99 09:00  waits 10 days
day 109 09:00  does get_appointment_clock
day 109 09:00  does remind_review: kind due
day 109 09:00  does get_appointment_clock
day 109 09:00  waits 6 days
day 111 09:00  is told changed: kind confirmed, version 5
day 111 09:00  stops waiting
day 111 09:00  does get_appointment_clock
day 111 09:00  waits 30 days
day 141 09:00  does get_appointment_clock
day 141 09:00  waits 30 days
day 171 09:00  does get_appointment_clock
day 171 09:00  waits 30 days
day 201 09:00  does get_appointment_clock
day 201 09:00  waits 30 days
day 231 09:00  does get_appointment_clock
day 231 09:00  waits 30 days
day 261 09:00  does get_appointment_clock
day 261 09:00  waits 30 days
day 291 09:00  does get_appointment_clock
day 291 09:00  waits 30 days
day 321 09:00  does get_appointment_clock
day 321 09:00  waits 13 days
day 334 09:00  does get_appointment_clock
day 334 09:00  does remind_review: kind term
day 334 09:00  does get_appointment_clock
day 334 09:00  waits 30 days
day 364 09:00  does get_appointment_clock
day 364 09:00  waits 15 h 00 min
day 365        does get_appointment_clock
day 365        does end_appointment
day 365        does get_appointment_clock
day 365        ends: orphaned 0, state expired
