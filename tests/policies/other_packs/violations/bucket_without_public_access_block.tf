# cdk-nag: S3BucketLevelPublicAccessProhibited
# flagged by: CKV2_AWS_6
# bucket without: aws_s3_bucket_public_access_block
