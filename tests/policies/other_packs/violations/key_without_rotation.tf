# cdk-nag: KMSBackingKeyRotationEnabled
# flagged by: CKV_AWS_7

resource "aws_kms_key" "this" {
  description = "Payments"
}
