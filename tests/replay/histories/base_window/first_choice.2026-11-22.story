day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 19 days 23 h 07 min
day   3        is told decisions_made: 2 decisions
day   9 14:00  is told decisions_made: 1 decisions
day  19 23:07  does get_window: base_code SD-QILU, round 1
day  19 23:07  does send_notice: base_code SD-QILU, count 3, round 1, template review_digest
day  19 23:07  waits 1 days 0 h 53 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        does send_notice: base_code SD-QILU, count 3, round 1, template window_not_reviewed
day  21        ends: closed True, unreviewed 3, unselected 0
