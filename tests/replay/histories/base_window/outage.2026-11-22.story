day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        does tell_milestone: base_code SD-QILU, count 2, lead 0.0, milestone review_deadline, remaining 0, round 1, template milestone_overdue
day   0        does tell_milestone: base_code SD-QILU, count 2, lead 24.0, milestone interview, remaining 0, round 1, template milestone_reminder
day   0        waits 13 h 17 min
day   0 13:17  does get_window: base_code SD-QILU, round 1
day   0 13:17  waits 8 days 22 h 43 min
day   9 12:00  does get_window: base_code SD-QILU, round 1
day   9 12:00  does close_window: base_code SD-QILU, round 1
day   9 12:00  does send_notice: base_code SD-QILU, count 2, round 1, template window_not_reviewed
day   9 12:00  ends: closed True, early False, unpublished 0, unreviewed 2, unselected 0
