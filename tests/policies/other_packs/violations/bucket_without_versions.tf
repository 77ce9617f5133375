# cdk-nag: S3BucketVersioningEnabled
# flagged by: CKV_AWS_21
# bucket without: aws_s3_bucket_versioning
