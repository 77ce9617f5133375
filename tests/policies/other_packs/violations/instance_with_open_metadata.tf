# AWS Config: EC2_IMDSV2_CHECK
# flagged by: CKV_AWS_79 instances_do_not_lend_their_credentials

resource "aws_instance" "this" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
}
