# cdk-nag: VPCDefaultSecurityGroupClosed
# flagged by: CKV2_AWS_12

resource "aws_vpc" "this" {
  cidr_block = "172.18.0.0/16"
}

resource "aws_flow_log" "this" {
  iam_role_arn    = "arn:aws:iam::111111111111:role/flow-logs"
  log_destination = "arn:aws:logs:eu-west-1:111111111111:log-group:flow"
  traffic_type    = "ALL"
  vpc_id          = aws_vpc.this.id
}
