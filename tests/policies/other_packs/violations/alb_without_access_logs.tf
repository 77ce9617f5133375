# cdk-nag: ELBLoggingEnabled
# flagged by: CKV_AWS_91

resource "aws_lb" "this" {
  internal           = true
  load_balancer_type = "application"
  name               = "payments"
}
