# cdk-nag: S3BucketDefaultEncryptionKMS
# cdk-nag: S3BucketLevelPublicAccessProhibited
# cdk-nag: S3BucketLoggingEnabled
# cdk-nag: S3BucketSSLRequestsOnly
# cdk-nag: S3BucketVersioningEnabled
# flagged by: CKV_AWS_145 CKV2_AWS_6 CKV_AWS_18 buckets_have_a_policy CKV_AWS_21

resource "aws_s3_bucket" "this" {
  bucket = "payments"
}
