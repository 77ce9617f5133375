"""Images: what runs, what is pinned, what a scan finds, and copies from account to account."""
