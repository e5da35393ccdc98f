day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 4 days 23 h 45 min
day   4 23:45  does get_window: base_code SD-QILU, round 1
day   4 23:45  does tell_milestone: base_code SD-QILU, count 1, lead 72.0, milestone review_deadline, remaining 0, round 1, template milestone_reminder
day   4 23:45  waits 2 days
day   6 23:45  does get_window: base_code SD-QILU, round 1
day   6 23:45  does tell_milestone: base_code SD-QILU, count 1, lead 24.0, milestone review_deadline, remaining 1, round 1, template window_digest
day   6 23:45  waits 1 days 0 h 30 min
day   7 21:00  is told decisions_made: 1 decisions
day   8 00:15  does get_window: base_code SD-QILU, round 1
day   8 00:15  does remind_fixable: base_code SD-QILU, round 1
day   8 00:15  waits 20 h 45 min
day   8 17:00  is told decisions_made: 1 decisions
day   8 21:00  does get_window: base_code SD-QILU, round 1
day   8 21:00  does tell_milestone: base_code SD-QILU, count 1, lead 0.0, milestone late_review, remaining 0, round 1, template milestone_reminder
day   8 21:00  waits 9 days 2 h 45 min
day  11        is told decisions_made: 1 decisions
day  17 23:45  does get_window: base_code SD-QILU, round 1
day  17 23:45  waits 3 days 0 h 15 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        ends: closed True, early True, unpublished 0, unreviewed 0, unselected 0
