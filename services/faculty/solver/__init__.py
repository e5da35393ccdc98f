"""自动分配: an exact assignment month by month, by linear programmes of transport networks."""
