# cdk-nag: IAMPolicyNoStatementsWithAdminAccess
# flagged by: CKV_AWS_62 CKV_AWS_63 CKV2_AWS_40

resource "aws_iam_policy" "this" {
  name = "payments"
  policy = jsonencode({
    Statement = [
      {
        Action   = "*"
        Effect   = "Allow"
        Resource = "*"
      },
    ]
    Version = "2012-10-17"
  })
}
