# cdk-nag: CloudWatchLogGroupRetentionPeriod
# flagged by: CKV_AWS_66

resource "aws_cloudwatch_log_group" "this" {
  kms_key_id = "arn:aws:kms:eu-west-1:111111111111:key/1"
  name       = "payments"
}
