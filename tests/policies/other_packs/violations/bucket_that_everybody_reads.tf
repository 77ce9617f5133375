# cdk-nag: S3BucketPublicReadProhibited
# flagged by: CKV_AWS_20

resource "aws_s3_bucket" "this" {
  bucket = "payments"
}

resource "aws_s3_bucket_acl" "this" {
  acl    = "public-read"
  bucket = aws_s3_bucket.this.id
}
