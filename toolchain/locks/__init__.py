"""Lock files, their inputs, the virtual environments made from them."""
