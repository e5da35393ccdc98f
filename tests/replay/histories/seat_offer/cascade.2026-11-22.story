day   0        begins SeatOffer: base_code SD-QILU, offers 0, specialty_code 0100
day   0        does offer_next: base_code SD-QILU, specialty_code 0100
day   0        waits 1 days
day   0 03:00  is told answered: number 2
day   0 03:00  stops waiting
day   0 03:00  does settle_offer: number 2
day   0 03:00  does offer_next: base_code SD-QILU, specialty_code 0100
day   0 03:00  waits 1 days
day   1 03:00  does settle_offer: number 3
day   1 03:00  does offer_next: base_code SD-QILU, specialty_code 0100
day   1 03:00  waits 1 days
day   1 06:00  is told answered: number 4
day   1 06:00  stops waiting
day   1 06:00  does settle_offer: number 4
day   1 06:00  ends: offers 3, taken True, why 
