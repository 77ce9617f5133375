# cdk-nag: AutoScalingGroupELBHealthCheckRequired
# flagged by: CKV2_AWS_15

resource "aws_autoscaling_attachment" "this" {
  autoscaling_group_name = aws_autoscaling_group.this.id
  elb                    = aws_elb.this.id
}

resource "aws_autoscaling_group" "this" {
  health_check_type = "EC2"
  max_size          = 2
  min_size          = 1
}

resource "aws_elb" "this" {
  name = "payments"

  health_check {
    healthy_threshold   = 2
    interval            = 30
    target              = "HTTPS:8443/"
    timeout             = 3
    unhealthy_threshold = 2
  }
}
