day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 21 days
day   5        is told decisions_made: 1 decisions
day   7        is told decisions_made: 1 decisions
day   7        stops waiting
day   7        does get_window: base_code SD-QILU, round 1
day   7        waits 4 days 23 h 53 min
day   8        is told decisions_made: 1 decisions
day  11 23:53  does get_window: base_code SD-QILU, round 1
day  11 23:53  waits 9 days 0 h 07 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        ends: closed True, early True, unpublished 0, unreviewed 0, unselected 0
