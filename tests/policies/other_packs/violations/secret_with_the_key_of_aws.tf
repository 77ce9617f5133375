# cdk-nag: SecretsManagerUsingKMSKey
# flagged by: CKV_AWS_149

resource "aws_secretsmanager_secret" "this" {
  kms_key_id = "alias/aws/secretsmanager"
  name       = "payments"
}

resource "aws_secretsmanager_secret_rotation" "this" {
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111111111111:function:rotate"
  secret_id           = aws_secretsmanager_secret.this.id

  rotation_rules {
    automatically_after_days = 30
  }
}
