day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        ends: closed False, early False, unpublished 0, unreviewed 0, unselected 0
