# cdk-nag: S3BucketLoggingEnabled
# flagged by: CKV_AWS_18
# bucket without: aws_s3_bucket_logging
