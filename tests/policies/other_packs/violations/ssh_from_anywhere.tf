# cdk-nag: EC2RestrictedSSH
# flagged by: CKV_AWS_24 ingress_names_its_sources

resource "aws_security_group" "this" {
  description = "Payments"
  name        = "payments"

  ingress {
    cidr_blocks = ["0.0.0.0/0"]
    description = "From anywhere"
    from_port   = 22
    protocol    = "tcp"
    to_port     = 22
  }
}
