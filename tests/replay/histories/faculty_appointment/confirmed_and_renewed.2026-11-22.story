day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 30 days
day  30        does get_appointment_clock
day  30        waits 30 days
day  60        does get_appointment_clock
day  60        waits 25 days 0 h 12 min
day  85 00:12  does get_appointment_clock
day  85 00:12  does open_review
day  85 00:12  does get_appointment_clock
day  85 00:12  waits 24 days 8 h 48 min
day  91 15:00  is told changed: kind confirmed, version 3
day  91 15:00  stops waiting
day  91 15:00  does get_appointment_clock
day  91 15:00  waits 30 days
day 121 15:00  does get_appointment_clock
day 121 15:00  waits 30 days
day 151 15:00  does get_appointment_clock
day 151 15:00  waits 30 days
day 181 15:00  does get_appointment_clock
day 181 15:00  waits 30 days
day 211 15:00  does get_appointment_clock
day 211 15:00  waits 30 days
day 241 15:00  does get_appointment_clock
day 241 15:00  waits 30 days
day 271 15:00  does get_appointment_clock
day 271 15:00  waits 30 days
day 301 15:00  does get_appointment_clock
day 301 15:00  waits 30 days
day 323 10:00  is told changed: kind renewed, version 4
day 323 10:00  stops waiting
day 323 10:00  does get_appointment_clock
day 323 10:00  waits 30 days
day 353 10:00  does get_appointment_clock
day 353 10:00  waits 30 days
day 383 10:00  does get_appointment_clock
day 383 10:00  waits 30 days
day 413 10:00  does get_appointment_clock
day 413 10:00  waits 30 days
day 443 10:00  does get_appointment_clock
day 443 10:00  waits 7 days 14 h 12 min
day 451 00:12  does get_appointment_clock
day 451 00:12  does open_review
day 451 00:12  does get_appointment_clock
day 451 00:12  waits 24 days 8 h 48 min
day 458 15:00  is told changed: kind confirmed, version 6
day 458 15:00  stops waiting
day 458 15:00  does get_appointment_clock
day 458 15:00  waits 30 days
day 488 15:00  does get_appointment_clock
day 488 15:00  waits 30 days
day 518 15:00  does get_appointment_clock
day 518 15:00  waits 30 days
day 548 15:00  does get_appointment_clock
day 548 15:00  waits 27 days 18 h 00 min
day 576 09:00  does get_appointment_clock
day 576 09:00  does remind_review: kind term
day 576 09:00  does get_appointment_clock
day 576 09:00  waits 30 days
day 606 09:00  does get_appointment_clock
day 606 09:00  waits 15 h 00 min
day 607        does get_appointment_clock
day 607        does end_appointment
day 607        does get_appointment_clock
day 607        ends: orphaned 2, state expired
