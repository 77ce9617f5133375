# cdk-nag: S3BucketSSLRequestsOnly
# flagged by: bucket_policies_refuse_plain_http
# bucket without: aws_s3_bucket_policy

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Statement = [
      {
        Action    = "s3:GetObject"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111111111111:role/payments" }
        Resource  = "arn:aws:s3:::payments/*"
      },
    ]
    Version = "2012-10-17"
  })
}
