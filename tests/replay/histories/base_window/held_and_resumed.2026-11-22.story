day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 8 days 23 h 08 min
day   8 23:08  does get_window: base_code SD-QILU, round 1
day   8 23:08  does tell_milestone: base_code SD-QILU, count 2, lead 72.0, milestone review_deadline, remaining 0, round 1, template milestone_reminder
day   8 23:08  waits 2 days
day   9 12:00  is told recheck: round 1
day   9 12:00  stops waiting
day   9 12:00  does get_window: base_code SD-QILU, round 1
day   9 12:00  waits 1 days
day  10 12:00  does get_window: base_code SD-QILU, round 1
day  10 12:00  waits 1 days
day  11 12:00  does get_window: base_code SD-QILU, round 1
day  11 12:00  waits 1 days
day  12 10:00  is told recheck: round 1
day  12 10:00  stops waiting
day  12 10:00  does get_window: base_code SD-QILU, round 1
day  12 10:00  does tell_milestone: base_code SD-QILU, count 2, lead 72.0, milestone review_deadline, remaining 0, round 1, template milestone_reminder
day  12 10:00  waits 1 days 13 h 08 min
day  13 23:08  does get_window: base_code SD-QILU, round 1
day  13 23:08  does tell_milestone: base_code SD-QILU, count 2, lead 24.0, milestone review_deadline, remaining 2, round 1, template window_digest
day  13 23:08  waits 1 days 1 h 44 min
day  15 00:52  does get_window: base_code SD-QILU, round 1
day  15 00:52  does tell_milestone: base_code SD-QILU, count 2, lead 0.0, milestone review_deadline, remaining 0, round 1, template milestone_overdue
day  15 00:52  waits 8 days 23 h 08 min
day  24        does get_window: base_code SD-QILU, round 1
day  24        does close_window: base_code SD-QILU, round 1
day  24        does send_notice: base_code SD-QILU, count 2, round 1, template window_not_reviewed
day  24        ends: closed True, early False, unpublished 0, unreviewed 2, unselected 0
