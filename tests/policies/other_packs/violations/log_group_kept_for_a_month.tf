# AWS Config: CW_LOGGROUP_RETENTION_PERIOD_CHECK
# flagged by: CKV_AWS_338

resource "aws_cloudwatch_log_group" "this" {
  kms_key_id        = "arn:aws:kms:eu-west-1:111111111111:key/1"
  name              = "payments"
  retention_in_days = 30
}
