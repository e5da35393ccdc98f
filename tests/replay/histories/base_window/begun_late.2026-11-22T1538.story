day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        does close_window: base_code SD-QILU, round 1
day   0        ends: closed True, early False, unpublished 0, unreviewed 2, unselected 0
