day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 19 days 22 h 45 min
day  19 22:45  does get_window: base_code SD-QILU, round 1
day  19 22:45  waits 1 days 1 h 15 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        ends: closed True, unreviewed 0, unselected 0
