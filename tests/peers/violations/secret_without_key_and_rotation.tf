# cdk-nag: SecretsManagerUsingKMSKey
# AWS Config: SECRETSMANAGER_SECRET_PERIODIC_ROTATION
# flagged by: CKV_AWS_149 CKV2_AWS_57

resource "aws_secretsmanager_secret" "this" {
  name = "payments"
}
