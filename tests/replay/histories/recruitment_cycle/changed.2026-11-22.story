day   0        begins RecruitmentCycle
day   0        does get_timetable
day   0        waits 1 days
day   1        does enter_phase: phase registration, sequence 1
day   1        waits 6 days 21 h 12 min
day   6 10:00  is told change_calendar: calendar_version 2, kind amend, urgent False
day   6 10:00  does get_timetable
day   6 10:00  stops waiting
day   6 10:00  does announce_change: calendar_version 2
day   6 10:00  waits 3 days 11 h 12 min
day   9 21:12  does get_timetable
day   9 21:12  does remind_drafts: hours 72.0
day   9 21:12  waits 2 days
day  11 21:12  does get_timetable
day  11 21:12  does remind_drafts: hours 24.0
day  11 21:12  waits 1 days 2 h 48 min
day  13        does enter_phase: phase first_choice, sequence 2
day  13        does list_bases
day  13        starts BaseWindow: base_code SD-QILU, round 1
day  13        waits 19 days
day  16 10:00  is told change_calendar: calendar_version 3, kind amend, urgent True
day  16 10:00  does get_timetable
day  16 10:00  stops waiting
day  16 10:00  does list_bases
day  16 10:00  tells a window recheck: round 1
day  16 10:00  does list_open_lists: after 
day  16 10:00  does announce_change: calendar_version 3
day  16 10:00  waits 13 days 22 h 00 min
day  30 08:00  does get_timetable
day  30 08:00  does report_phase: final False, round 1
day  30 08:00  waits 1 days 16 h 00 min
day  32        does enter_phase: phase second_choice, sequence 3
day  32        does list_bases
day  32        starts BaseWindow: base_code SD-QILU, round 2
day  32        waits 10 days
day  34 10:00  is told change_calendar: calendar_version 4, kind amend, urgent False
day  34 10:00  does get_timetable
day  34 10:00  stops waiting
day  34 10:00  does announce_change: calendar_version 4
day  34 10:00  waits 7 days 14 h 00 min
day  39 10:00  is told change_calendar: calendar_version 5, kind hold, urgent True
day  39 10:00  does get_timetable
day  39 10:00  stops waiting
day  39 10:00  does list_bases
day  39 10:00  tells a window recheck: round 2
day  39 10:00  does list_open_lists: after 
day  39 10:00  does announce_change: calendar_version 5
day  39 10:00  waits 1 days
day  40 10:00  does get_timetable
day  40 10:00  waits 1 days
day  41 10:00  does get_timetable
day  41 10:00  waits 1 days
day  42 09:00  is told change_calendar: calendar_version 6, kind resume, urgent True
day  42 09:00  does get_timetable
day  42 09:00  stops waiting
day  42 09:00  does list_bases
day  42 09:00  tells a window recheck: round 2
day  42 09:00  does list_open_lists: after 
day  42 09:00  does announce_change: calendar_version 6
day  42 09:00  waits 2 days 15 h 00 min
day  45        does enter_phase: phase second_choice, sequence 4
day  45        does list_bases
day  45        starts BaseWindow: base_code SD-QILU, round 3
day  45        waits 8 h 00 min
day  45 08:00  does get_timetable
day  45 08:00  does report_phase: final False, round 2
day  45 08:00  waits 2 days 16 h 00 min
day  48        does enter_phase: phase reallocation, sequence 5
day  48        does list_bases
day  48        starts BaseWindow: base_code SD-QILU, round 4
day  48        waits 8 h 00 min
day  48 08:00  does get_timetable
day  48 08:00  does report_phase: final False, round 3
day  48 08:00  waits 2 days 16 h 00 min
day  51        does enter_phase: phase confirmation, sequence 6
day  51        waits 8 h 00 min
day  51 08:00  does get_timetable
day  51 08:00  does report_phase: final False, round 4
day  51 08:00  waits 14 days 16 h 00 min
day  66        does enter_phase: phase closed, sequence 7
day  66        ends: sequence 7
