"""Lock files, their inputs, and the virtual environments made from them."""
