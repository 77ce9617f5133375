"""The review: a plan in the words of the service, for the people who approve it."""
