day   0        begins SeatOffer: base_code SD-QILU, offers 0, specialty_code 0100
day   0        does offer_next: base_code SD-QILU, specialty_code 0100
day   0        waits 1 days
day   1        does settle_offer: number 2
day   1        waits 1 days
day   2        does settle_offer: number 2
day   2        waits 1 days
day   3        does settle_offer: number 2
day   3        waits 1 days
day   4        does settle_offer: number 2
day   4        does offer_next: base_code SD-QILU, specialty_code 0100
day   4        ends: offers 1, taken False, why NOBODY_WAITS
