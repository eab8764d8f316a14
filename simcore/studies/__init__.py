"""What needs new runs: one-way changes, shares of variance, alternatives side by side, running until it is precise."""
