# cdk-nag: ELBv2ACMCertificateRequired
# AWS Config: ELBV2_ACM_CERTIFICATE_REQUIRED
# flagged by: tls_listeners_present_a_certificate_of_acm

resource "aws_lb_listener" "https" {
  certificate_arn   = "arn:aws:iam::111111111111:server-certificate/payments"
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/payments/1"
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type = "fixed-response"
  }
}
