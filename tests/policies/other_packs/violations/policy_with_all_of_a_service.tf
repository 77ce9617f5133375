# cdk-nag: IAMPolicyNoStatementsWithFullAccess
# flagged by: actions_are_named_one_by_one

resource "aws_iam_policy" "this" {
  name = "payments"
  policy = jsonencode({
    Statement = [
      {
        Action   = ["dynamodb:*"]
        Effect   = "Allow"
        Resource = "arn:aws:dynamodb:eu-west-1:111111111111:table/payments"
      },
    ]
    Version = "2012-10-17"
  })
}
