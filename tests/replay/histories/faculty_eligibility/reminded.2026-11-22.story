day   0        begins FacultyEligibility: time_zone Asia/Shanghai
day   0        does remind_eligible: time_zone Asia/Shanghai
day   0        ends: count 5
