day   0        begins FacultyBatch: organisation_code SD-QILU
day   0        does get_batch_clock
day   0        waits 3 days 8 h 00 min
day   3 08:00  does get_batch_clock
day   3 08:00  does remind_batch: errand opened
day   3 08:00  does get_batch_clock
day   3 08:00  waits 10 days 13 h 51 min
day  13 21:51  does get_batch_clock
day  13 21:51  does remind_batch: errand drafts
day  13 21:51  does get_batch_clock
day  13 21:51  waits 2 days
day  15 21:51  does get_batch_clock
day  15 21:51  does remind_batch: errand drafts
day  15 21:51  does get_batch_clock
day  15 21:51  waits 1 days
day  16 21:51  does get_batch_clock
day  16 21:51  does remind_batch: errand undecided
day  16 21:51  does get_batch_clock
day  16 21:51  waits 4 days
day  20 21:51  does get_batch_clock
day  20 21:51  does remind_batch: errand undecided
day  20 21:51  does get_batch_clock
day  20 21:51  waits 2 days
day  22 21:51  does get_batch_clock
day  22 21:51  does get_batch_clock
day  22 21:51  waits 1 days 2 h 09 min
day  24        does get_batch_clock
day  24        does expire_undecided
day  24        ends: expired 0
