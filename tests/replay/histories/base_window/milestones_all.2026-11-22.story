day   0        begins BaseWindow: base_code SD-QILU, round 1
day   0        does get_window: base_code SD-QILU, round 1
day   0        waits 4 days 20 h 44 min
day   4 20:44  does get_window: base_code SD-QILU, round 1
day   4 20:44  does tell_milestone: base_code SD-QILU, count 6, lead 72.0, milestone review_deadline, remaining 0, round 1, template milestone_reminder
day   4 20:44  waits 2 days
day   6 20:44  does get_window: base_code SD-QILU, round 1
day   6 20:44  does tell_milestone: base_code SD-QILU, count 6, lead 24.0, milestone review_deadline, remaining 6, round 1, template window_digest
day   6 20:44  does remind_fixable: base_code SD-QILU, round 1
day   6 20:44  waits 11 h 30 min
day   7 08:14  does get_window: base_code SD-QILU, round 1
day   7 08:14  does tell_milestone: base_code SD-QILU, count 10, lead 72.0, milestone written_exam, remaining 0, round 1, template milestone_reminder
day   7 08:14  waits 16 h 32 min
day   8 00:46  does get_window: base_code SD-QILU, round 1
day   8 00:46  does tell_milestone: base_code SD-QILU, count 6, lead 0.0, milestone review_deadline, remaining 0, round 1, template milestone_overdue
day   8 00:46  waits 1 days 7 h 28 min
day   9        is told decisions_made: 2 decisions
day   9 08:14  does get_window: base_code SD-QILU, round 1
day   9 08:14  does tell_milestone: base_code SD-QILU, count 6, lead 72.0, milestone interview, remaining 0, round 1, template milestone_reminder
day   9 08:14  does tell_milestone: base_code SD-QILU, count 6, lead 24.0, milestone written_exam, remaining 0, round 1, template milestone_reminder
day   9 08:14  waits 1 days 1 h 32 min
day  10 09:46  does get_window: base_code SD-QILU, round 1
day  10 09:46  waits 22 h 28 min
day  11 08:14  does get_window: base_code SD-QILU, round 1
day  11 08:14  does tell_milestone: base_code SD-QILU, count 6, lead 24.0, milestone interview, remaining 0, round 1, template milestone_reminder
day  11 08:14  waits 1 days 1 h 32 min
day  12 09:46  does get_window: base_code SD-QILU, round 1
day  12 09:46  waits 10 h 58 min
day  12 20:44  does get_window: base_code SD-QILU, round 1
day  12 20:44  does tell_milestone: base_code SD-QILU, count 6, lead 72.0, milestone pre_admission, remaining 0, round 1, template milestone_reminder
day  12 20:44  waits 2 days
day  14 20:44  does get_window: base_code SD-QILU, round 1
day  14 20:44  does tell_milestone: base_code SD-QILU, count 6, lead 24.0, milestone pre_admission, remaining 0, round 1, template milestone_reminder
day  14 20:44  waits 1 days 4 h 02 min
day  16 00:46  does get_window: base_code SD-QILU, round 1
day  16 00:46  does tell_milestone: base_code SD-QILU, count 6, lead 0.0, milestone pre_admission, remaining 0, round 1, template milestone_overdue
day  16 00:46  waits 4 days 23 h 14 min
day  21        does get_window: base_code SD-QILU, round 1
day  21        does close_window: base_code SD-QILU, round 1
day  21        does send_notice: base_code SD-QILU, count 2, round 1, template window_not_reviewed
day  21        ends: closed True, early False, unpublished 0, unreviewed 2, unselected 0
