day   0        begins FacultyBatch: organisation_code SD-QILU
day   0        does get_batch_clock
day   0        waits 3 days 8 h 00 min
day   3 08:00  does get_batch_clock
day   3 08:00  does remind_batch: errand opened
day   3 08:00  does get_batch_clock
day   3 08:00  waits 10 days 12 h 27 min
day  13 20:27  does get_batch_clock
day  13 20:27  does remind_batch: errand drafts
day  13 20:27  does get_batch_clock
day  13 20:27  waits 2 days
day  15 10:00  is told recheck: version 2
day  15 10:00  stops waiting
day  15 10:00  does get_batch_clock
day  15 10:00  waits 5 days 10 h 27 min
day  20 20:27  does get_batch_clock
day  20 20:27  does remind_batch: errand drafts
day  20 20:27  does get_batch_clock
day  20 20:27  waits 2 days
day  22 20:27  does get_batch_clock
day  22 20:27  does remind_batch: errand drafts
day  22 20:27  does get_batch_clock
day  22 20:27  waits 1 days
day  23 20:27  does get_batch_clock
day  23 20:27  does get_batch_clock
day  23 20:27  waits 4 days
day  27 20:27  does get_batch_clock
day  27 20:27  does get_batch_clock
day  27 20:27  waits 2 days
day  29 20:27  does get_batch_clock
day  29 20:27  does get_batch_clock
day  29 20:27  waits 1 days 3 h 33 min
day  31        does get_batch_clock
day  31        does expire_undecided
day  31        ends: expired 2
