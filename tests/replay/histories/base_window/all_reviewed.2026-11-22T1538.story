day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 21 days
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        ends: closed True, early True, unpublished 0, unreviewed 0, unselected 0
