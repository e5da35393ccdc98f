day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 18 days
day   3        is told decisions_made: 2 decisions
day   9 14:00  is told decisions_made: 1 decisions
day  18        does get_window: base_code SD-QILU, round 1
day  18        does tell_milestone: base_code SD-QILU, count 3, lead 72.0, milestone review_deadline, remaining 0, round 1, template milestone_reminder
day  18        waits 2 days
day  20        does get_window: base_code SD-QILU, round 1
day  20        does tell_milestone: base_code SD-QILU, count 3, lead 24.0, milestone review_deadline, remaining 3, round 1, template window_digest
day  20        waits 1 days
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        does send_notice: base_code SD-QILU, count 3, round 1, template window_not_reviewed
day  21        ends: closed True, early False, unpublished 0, unreviewed 3, unselected 0
