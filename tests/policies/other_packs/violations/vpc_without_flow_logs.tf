# cdk-nag: VPCFlowLogsEnabled
# flagged by: CKV2_AWS_11

resource "aws_vpc" "this" {
  cidr_block = "172.18.0.0/16"
}

resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
}
