# cdk-nag: EC2RestrictedCommonPorts
# flagged by: ingress_names_its_sources

resource "aws_security_group" "this" {
  description = "Payments"
  name        = "payments"

  ingress {
    cidr_blocks = ["0.0.0.0/0"]
    description = "From anywhere"
    from_port   = 3306
    protocol    = "tcp"
    to_port     = 3306
  }
}
