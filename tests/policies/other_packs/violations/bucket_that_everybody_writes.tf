# cdk-nag: S3BucketPublicWriteProhibited
# flagged by: CKV_AWS_57

resource "aws_s3_bucket" "this" {
  bucket = "payments"
}

resource "aws_s3_bucket_acl" "this" {
  acl    = "public-read-write"
  bucket = aws_s3_bucket.this.id
}
