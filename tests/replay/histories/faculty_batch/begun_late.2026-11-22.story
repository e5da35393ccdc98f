day   0        begins FacultyBatch: organisation_code SD-QILU
day   0        does get_batch_clock
day   0        does get_batch_clock
day   0        does expire_undecided
day   0        ends: expired 1
