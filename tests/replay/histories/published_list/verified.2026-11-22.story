day   0        begins PublishedList: base_code SD-QILU
day   0        does get_list_progress
day   0        waits 4 days 8 h 13 min
day   1 06:00  is told objections: 1 objections
day   4 08:13  does get_list_progress
day   4 08:13  does send_list_notice: admissible 2, base_code SD-QILU, count 3, number 1, objected 1, organisation_code SD-QILU, template publicity_ended
day   4 08:13  waits 4 days 12 h 25 min
day   6        is told objections: 1 objections
day   8 20:38  does get_list_progress
day   8 20:38  does send_list_notice: admissible 1, base_code SD-QILU, count 1, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day   8 20:38  waits 4 days
day  12 20:38  does get_list_progress
day  12 20:38  does send_list_notice: admissible 1, base_code SD-QILU, count 1, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day  12 20:38  waits 2 days
day  14 20:38  does get_list_progress
day  14 20:38  ends: overdue 0
