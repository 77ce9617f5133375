"""The estate that existed before this project, created with boto3 as another team would do."""
