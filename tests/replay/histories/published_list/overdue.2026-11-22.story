day   0        begins PublishedList: base_code SD-QILU
day   0        does get_list_progress
day   0        waits 4 days 8 h 11 min
day   4 08:11  does get_list_progress
day   4 08:11  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template publicity_ended
day   4 08:11  waits 4 days 11 h 52 min
day   8 20:03  does get_list_progress
day   8 20:03  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day   8 20:03  waits 4 days
day  12 20:03  does get_list_progress
day  12 20:03  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day  12 20:03  waits 2 days
day  14 20:03  does get_list_progress
day  14 20:03  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template verification_reminder
day  14 20:03  waits 1 days 12 h 23 min
day  16 08:26  does get_list_progress
day  16 08:26  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code SD-QILU, template verification_overdue
day  16 08:26  does send_list_notice: admissible 3, base_code SD-QILU, count 3, number 1, objected 0, organisation_code 37, template verification_overdue_province
day  16 08:26  ends: overdue 3
