day   0        begins RecruitmentCycle
day   0        does get_timetable
day   0        waits 1 days
day   1        does enter_phase: phase registration, sequence 1
day   1        waits 10 days
day   6        is told recheck: calendar_version 2
day   6        stops waiting
day   6        does get_timetable
day   6        waits 8 days
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
day  32        waits 10 days
day  42        does enter_phase: phase reallocation, sequence 4
day  42        does list_bases
day  42        starts BaseWindow: base_code SD-QILU, round 3
day  42        starts BaseWindow: base_code SD-SLYY, round 3
day  42        starts BaseWindow: base_code SD-SDEY, round 3
day  42        waits 5 days
day  47        does enter_phase: phase confirmation, sequence 5
day  47        waits 16 days
day  63        does enter_phase: phase closed, sequence 6
day  63        ends: sequence 6
