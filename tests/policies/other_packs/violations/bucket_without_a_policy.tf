# cdk-nag: S3BucketSSLRequestsOnly
# flagged by: buckets_have_a_policy
# bucket without: aws_s3_bucket_policy
