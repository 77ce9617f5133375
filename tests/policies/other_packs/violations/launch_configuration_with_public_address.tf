# cdk-nag: AutoScalingLaunchConfigPublicIpDisabled
# flagged by: CKV_AWS_389

resource "aws_launch_configuration" "this" {
  associate_public_ip_address = true
  image_id                    = "ami-0123456789abcdef0"
  instance_type               = "m7g.large"
}
