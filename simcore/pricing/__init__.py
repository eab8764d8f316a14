"""From the ledger to money: prices, double entry, discounting."""
