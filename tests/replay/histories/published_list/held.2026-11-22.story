day   0        begins PublishedList: base_code SD-QILU
day   0        does get_list_progress
day   0        waits 4 days 8 h 09 min
day   3 18:00  is told recheck: calendar_version 2
day   3 18:00  stops waiting
day   3 18:00  does get_list_progress
day   3 18:00  waits 1 days
day   4 18:00  does get_list_progress
day   4 18:00  waits 1 days
day   5 18:00  does get_list_progress
day   5 18:00  waits 1 days
day   6 18:00  is told recheck: calendar_version 3
day   6 18:00  stops waiting
day   6 18:00  does get_list_progress
day   6 18:00  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template publicity_ended
day   6 18:00  waits 5 days 2 h 40 min
day  11 20:40  does get_list_progress
day  11 20:40  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day  11 20:40  waits 4 days
day  15 20:40  does get_list_progress
day  15 20:40  ends: overdue 0
