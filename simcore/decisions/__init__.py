"""From distributions to decisions: who pays, who gains and when, and what deciding apart and for a short time costs."""
