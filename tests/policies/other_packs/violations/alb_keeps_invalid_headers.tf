# cdk-nag: ALBHttpDropInvalidHeaderEnabled
# AWS Config: ALB_HTTP_DROP_INVALID_HEADER_ENABLED
# flagged by: CKV_AWS_131

resource "aws_lb" "this" {
  internal           = true
  load_balancer_type = "application"
  name               = "payments"
}
