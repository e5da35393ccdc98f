day   0        begins RecruitmentCycle
day   0        does get_timetable
day   0        does enter_phase: phase first_choice, sequence 2
day   0        does enter_phase: phase second_choice, sequence 3
day   0        does list_bases
day   0        starts BaseWindow: base_code SD-QILU, round 2
day   0        starts BaseWindow: base_code SD-SLYY, round 2
day   0        starts BaseWindow: base_code SD-SDEY, round 2
day   0        waits 9 days
day   9        does enter_phase: phase reallocation, sequence 4
day   9        does list_bases
day   9        starts BaseWindow: base_code SD-QILU, round 3
day   9        starts BaseWindow: base_code SD-SLYY, round 3
day   9        starts BaseWindow: base_code SD-SDEY, round 3
day   9        waits 1 h 00 min
day   9 01:00  does get_timetable
day   9 01:00  does report_phase: final False, round 2
day   9 01:00  waits 4 days 23 h 00 min
day  14        does enter_phase: phase confirmation, sequence 5
day  14        waits 1 h 00 min
day  14 01:00  does get_timetable
day  14 01:00  does report_phase: final False, round 3
day  14 01:00  waits 15 days 23 h 00 min
day  30        does enter_phase: phase closed, sequence 6
day  30        ends: sequence 6
