day   0        begins SeatOffer: base_code SD-QILU, offers 0, specialty_code 0100
day   0        does offer_next: base_code SD-QILU, specialty_code 0100
day   0        waits 1 days
day   1        does settle_offer: number 2
day   1        does offer_next: base_code SD-QILU, specialty_code 0100
day   1        ends: offers 1, taken False, why NOBODY_WAITS
