# AWS Config: SECRETSMANAGER_SECRET_PERIODIC_ROTATION
# flagged by: CKV2_AWS_57

resource "aws_secretsmanager_secret" "this" {
  kms_key_id = "arn:aws:kms:eu-west-1:111111111111:key/1"
  name       = "payments"
}
