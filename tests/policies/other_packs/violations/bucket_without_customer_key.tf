# cdk-nag: S3BucketDefaultEncryptionKMS
# flagged by: CKV_AWS_145
# bucket without: aws_s3_bucket_server_side_encryption_configuration
