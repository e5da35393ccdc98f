day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 20 days
day   3        is told decisions_made: 2 decisions
day   9 14:00  is told decisions_made: 1 decisions
day  20        does get_window: base_code SD-QILU, round 1
day  20        does send_notice: base_code SD-QILU, count 3, round 1, template review_digest
day  20        waits 1 days
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        does send_notice: base_code SD-QILU, count 3, round 1, template window_not_reviewed
day  21        ends: closed True, unreviewed 3, unselected 0
