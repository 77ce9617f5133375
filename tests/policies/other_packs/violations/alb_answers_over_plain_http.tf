# cdk-nag: ALBHttpToHttpsRedirection
# AWS Config: ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK
# flagged by: CKV2_AWS_20 CKV_AWS_2 plain_listeners_only_redirect_to_https

resource "aws_lb" "this" {
  internal           = true
  load_balancer_type = "application"
  name               = "payments"
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    target_group_arn = aws_lb_target_group.this.arn
    type             = "forward"
  }
}

resource "aws_lb_target_group" "this" {
  name     = "payments"
  port     = 8080
  protocol = "HTTP"
}
