day   0        begins RecruitmentCycle
day   0        does get_timetable
day   0        waits 1 days
day   1        does enter_phase: phase registration, sequence 1
day   1        waits 6 days 23 h 11 min
day   6        is told recheck: calendar_version 2
day   6        stops waiting
day   6        does get_timetable
day   6        does announce_change: calendar_version 2
day   6        waits 4 days 23 h 11 min
day  10 23:11  does get_timetable
day  10 23:11  does remind_drafts: hours 72.0
day  10 23:11  waits 2 days
day  12 23:11  does get_timetable
day  12 23:11  does remind_drafts: hours 24.0
day  12 23:11  waits 1 days 0 h 49 min
day  14        does enter_phase: phase first_choice, sequence 2
day  14        does list_bases
day  14        starts BaseWindow: base_code SD-QILU, round 1
day  14        starts BaseWindow: base_code SD-SLYY, round 1
day  14        starts BaseWindow: base_code SD-SDEY, round 1
day  14        waits 18 days
day  32        does enter_phase: phase second_choice, sequence 3
day  32        does list_bases
day  32        starts BaseWindow: base_code SD-QILU, round 2
day  32        starts BaseWindow: base_code SD-SLYY, round 2
day  32        starts BaseWindow: base_code SD-SDEY, round 2
day  32        waits 1 h 00 min
day  32 01:00  does get_timetable
day  32 01:00  does report_phase: final False, round 1
day  32 01:00  waits 9 days 23 h 00 min
day  42        does enter_phase: phase reallocation, sequence 4
day  42        does list_bases
day  42        starts BaseWindow: base_code SD-QILU, round 3
day  42        starts BaseWindow: base_code SD-SLYY, round 3
day  42        starts BaseWindow: base_code SD-SDEY, round 3
day  42        waits 1 h 00 min
day  42 01:00  does get_timetable
day  42 01:00  does report_phase: final False, round 2
day  42 01:00  waits 4 days 23 h 00 min
day  47        does enter_phase: phase confirmation, sequence 5
day  47        waits 1 h 00 min
day  47 01:00  does get_timetable
day  47 01:00  does report_phase: final False, round 3
day  47 01:00  waits 15 days 23 h 00 min
day  63        does enter_phase: phase closed, sequence 6
day  63        ends: sequence 6
