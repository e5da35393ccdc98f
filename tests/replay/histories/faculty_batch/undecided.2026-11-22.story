day   0        begins FacultyBatch: organisation_code SD-QILU
day   0        does get_batch_clock
day   0        waits 3 days 8 h 00 min
day   3 08:00  does get_batch_clock
day   3 08:00  does remind_batch: errand opened
day   3 08:00  does get_batch_clock
day   3 08:00  waits 10 days 12 h 21 min
day  13 20:21  does get_batch_clock
day  13 20:21  does remind_batch: errand drafts
day  13 20:21  does get_batch_clock
day  13 20:21  waits 2 days
day  15 20:21  does get_batch_clock
day  15 20:21  does remind_batch: errand drafts
day  15 20:21  does get_batch_clock
day  15 20:21  waits 1 days
day  16 20:21  does get_batch_clock
day  16 20:21  does remind_batch: errand undecided
day  16 20:21  does get_batch_clock
day  16 20:21  waits 4 days
day  20 20:21  does get_batch_clock
day  20 20:21  does remind_batch: errand undecided
day  20 20:21  does get_batch_clock
day  20 20:21  waits 2 days
day  22 20:21  does get_batch_clock
day  22 20:21  does remind_batch: errand undecided
day  22 20:21  does get_batch_clock
day  22 20:21  waits 1 days 3 h 39 min
day  24        does get_batch_clock
day  24        does expire_undecided
day  24        ends: expired 5
