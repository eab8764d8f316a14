"""A page of this machine on which prices, discounting, horizon and payers can be moved, and everything follows."""
