# cdk-nag: CloudWatchLogGroupEncrypted
# flagged by: CKV_AWS_158

resource "aws_cloudwatch_log_group" "this" {
  name              = "payments"
  retention_in_days = 365
}
