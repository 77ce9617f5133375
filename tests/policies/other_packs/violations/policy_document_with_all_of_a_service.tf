# cdk-nag: IAMPolicyNoStatementsWithFullAccess
# flagged by: actions_are_named_one_by_one

data "aws_iam_policy_document" "this" {
  statement {
    actions   = ["dynamodb:*"]
    resources = ["arn:aws:dynamodb:eu-west-1:111111111111:table/payments"]
  }
}

resource "aws_iam_role_policy" "this" {
  policy = data.aws_iam_policy_document.this.json
  role   = "payments"
}
