"""What exists before this project comes: made through boto3 as another team would have made it."""
