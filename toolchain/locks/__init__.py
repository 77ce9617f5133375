"""Lock files, what each was locked from, and the virtual environments made from them."""
