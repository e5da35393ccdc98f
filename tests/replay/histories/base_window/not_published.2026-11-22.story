day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 17 days 19 h 50 min
day  17 19:50  does get_window: base_code SD-QILU, round 1
day  17 19:50  waits 2 days
day  19 19:50  does get_window: base_code SD-QILU, round 1
day  19 19:50  waits 1 days 4 h 10 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        does send_notice: base_code SD-QILU, count 2, round 1, template window_not_published
day  21        ends: closed True, early False, unpublished 2, unreviewed 0, unselected 0
