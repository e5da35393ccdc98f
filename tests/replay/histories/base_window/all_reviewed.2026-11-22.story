day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 19 days 23 h 25 min
day  19 23:25  does get_window: base_code SD-QILU, round 1
day  19 23:25  waits 1 days 0 h 34 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        ends: closed True, unreviewed 0, unselected 0
