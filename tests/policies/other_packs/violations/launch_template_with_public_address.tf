# AWS Config: EC2_LAUNCH_TEMPLATE_PUBLIC_IP_DISABLED
# flagged by: CKV_AWS_88

resource "aws_launch_template" "this" {
  name = "payments"

  network_interfaces {
    associate_public_ip_address = true
  }
}
