"""What is measured of a service, and what the judge says of it."""
