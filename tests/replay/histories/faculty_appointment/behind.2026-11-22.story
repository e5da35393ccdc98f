day   0        begins FacultyAppointment: base_code SD-QILU
day   0        does get_appointment_clock
day   0        waits 10 days
day  10        does get_appointment_clock
day  10        does end_appointment
day  10        does get_appointment_clock
day  10        waits a moment
day  10        does get_appointment_clock
day  10        does end_appointment
day  10        does get_appointment_clock
day  10        waits a moment
day  10        does get_appointment_clock
day  10        does end_appointment
day  10        does get_appointment_clock
day  10        waits a moment
day  10        does get_appointment_clock
day  10        does end_appointment
day  10        does get_appointment_clock
day  10        waits a moment
day  10        does get_appointment_clock
day  10        does end_appointment
day  10        does get_appointment_clock
day  10        waits a moment
day  10 00:01  does get_appointment_clock
day  10 00:01  does end_appointment
day  10 00:01  does get_appointment_clock
day  10 00:01  waits a moment
day  10 00:01  does get_appointment_clock
day  10 00:01  does end_appointment
day  10 00:01  does get_appointment_clock
day  10 00:01  waits 0 h 01 min
day  10 00:02  does get_appointment_clock
day  10 00:02  does end_appointment
day  10 00:02  does get_appointment_clock
day  10 00:02  waits 0 h 02 min
day  10 00:04  does get_appointment_clock
day  10 00:04  does end_appointment
day  10 00:04  does get_appointment_clock
day  10 00:04  waits 0 h 04 min
day  10 00:09  does get_appointment_clock
day  10 00:09  does end_appointment
day  10 00:09  does get_appointment_clock
day  10 00:09  ends: orphaned 0, state expired
