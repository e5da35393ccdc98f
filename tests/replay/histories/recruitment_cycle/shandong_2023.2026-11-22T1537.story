day   0        begins RecruitmentCycle
day   0        does get_timetable
day   0        waits 1 days
day   1        does enter_phase: phase registration, sequence 1
day   1        waits 6 days 20 h 07 min
day   7 20:07  does get_timetable
day   7 20:07  does remind_drafts: hours 72.0
day   7 20:07  waits 2 days
day   9 20:07  does get_timetable
day   9 20:07  does remind_drafts: hours 24.0
day   9 20:07  waits 1 days 3 h 53 min
day  11        does enter_phase: phase first_choice, sequence 2
day  11        does list_bases
day  11        starts BaseWindow: base_code SD-QILU, round 1
day  11        starts BaseWindow: base_code SD-SLYY, round 1
day  11        starts BaseWindow: base_code SD-SDEY, round 1
day  11        waits 21 days
day  32        does enter_phase: phase second_choice, sequence 3
day  32        does list_bases
day  32        starts BaseWindow: base_code SD-QILU, round 2
day  32        starts BaseWindow: base_code SD-SLYY, round 2
day  32        starts BaseWindow: base_code SD-SDEY, round 2
day  32        waits 8 h 00 min
day  32 08:00  does get_timetable
day  32 08:00  does report_phase: final False, round 1
day  32 08:00  waits 9 days 16 h 00 min
day  42        does enter_phase: phase reallocation, sequence 4
day  42        does list_bases
day  42        starts BaseWindow: base_code SD-QILU, round 3
day  42        starts BaseWindow: base_code SD-SLYY, round 3
day  42        starts BaseWindow: base_code SD-SDEY, round 3
day  42        waits 8 h 00 min
day  42 08:00  does get_timetable
day  42 08:00  does report_phase: final False, round 2
day  42 08:00  waits 4 days 16 h 00 min
day  47        does enter_phase: phase confirmation, sequence 5
day  47        waits 8 h 00 min
day  47 08:00  does get_timetable
day  47 08:00  does report_phase: final False, round 3
day  47 08:00  waits 15 days 16 h 00 min
day  63        does enter_phase: phase closed, sequence 6
day  63        ends: sequence 6
