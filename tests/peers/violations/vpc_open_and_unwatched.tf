# cdk-nag: VPCDefaultSecurityGroupClosed
# cdk-nag: VPCFlowLogsEnabled
# flagged by: CKV2_AWS_11 CKV2_AWS_12

resource "aws_vpc" "this" {
  cidr_block = "172.18.0.0/16"
}
