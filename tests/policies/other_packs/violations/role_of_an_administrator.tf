# cdk-nag: IAMPolicyNoStatementsWithAdminAccess
# flagged by: roles_get_their_rights_from_policies_of_their_own

resource "aws_iam_role" "this" {
  name = "payments"

  assume_role_policy = jsonencode({
    Statement = [
      {
        Action    = "sts:AssumeRole"
        Effect    = "Allow"
        Principal = { Service = "ec2.amazonaws.com" }
      },
    ]
    Version = "2012-10-17"
  })

  inline_policy {
    name   = "everything"
    policy = jsonencode({ Statement = [{ Action = "*", Effect = "Allow", Resource = "*" }] })
  }
}
