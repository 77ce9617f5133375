# AWS Config: CODEBUILD_PROJECT_LOGGING_ENABLED
# flagged by: CKV_AWS_314

resource "aws_codebuild_project" "this" {
  name         = "payments"
  service_role = "arn:aws:iam::111111111111:role/build"

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    privileged_mode = false
    type            = "LINUX_CONTAINER"
  }

  source {
    type = "CODEPIPELINE"
  }
}
