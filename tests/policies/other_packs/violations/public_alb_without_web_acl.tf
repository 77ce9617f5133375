# cdk-nag: ALBWAFEnabled
# AWS Config: ALB_WAF_ENABLED
# flagged by: CKV2_AWS_28

resource "aws_lb" "this" {
  internal           = false
  load_balancer_type = "application"
  name               = "payments"
}
