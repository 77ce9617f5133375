# cdk-nag: IAMPolicyNoStatementsWithFullAccess
# flagged by: CKV_AWS_355 CKV_AWS_290

resource "aws_iam_policy" "this" {
  name = "payments"
  policy = jsonencode({
    Statement = [
      {
        Action   = "sqs:*"
        Effect   = "Allow"
        Resource = "*"
      },
    ]
    Version = "2012-10-17"
  })
}
