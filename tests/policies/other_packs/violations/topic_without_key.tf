# cdk-nag: SNSEncryptedKMS
# flagged by: topics_use_a_customer_key

resource "aws_sns_topic" "this" {
  name = "payments"
}
