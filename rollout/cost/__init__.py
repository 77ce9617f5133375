"""What the estate costs: prices, the bill as it is and month by month, and when the move pays."""
