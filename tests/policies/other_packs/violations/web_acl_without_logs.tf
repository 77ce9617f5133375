# cdk-nag: WAFv2LoggingEnabled
# flagged by: CKV2_AWS_31

resource "aws_wafv2_web_acl" "this" {
  name  = "payments"
  scope = "REGIONAL"

  default_action {
    allow {}
  }
}
