# cdk-nag: VPCSubnetAutoAssignPublicIpDisabled
# flagged by: CKV_AWS_130

resource "aws_subnet" "this" {
  cidr_block              = "172.18.0.0/24"
  map_public_ip_on_launch = true
  vpc_id                  = "vpc-0123456789abcdef0"
}
