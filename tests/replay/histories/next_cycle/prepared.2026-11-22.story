day   0        begins NextCycle: time_zone Asia/Shanghai
day   0        does prepare_next_cycles: time_zone Asia/Shanghai
day   0        ends: drafts 1
