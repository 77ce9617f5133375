# AWS Config: CODEBUILD_PROJECT_ENVIRONMENT_PRIVILEGED_CHECK
# flagged by: CKV_AWS_316

resource "aws_codebuild_project" "this" {
  name         = "payments"
  service_role = "arn:aws:iam::111111111111:role/build"

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    privileged_mode = true
    type            = "LINUX_CONTAINER"
  }

  logs_config {
    cloudwatch_logs {
      group_name = "payments"
      status     = "ENABLED"
    }
  }

  source {
    type = "CODEPIPELINE"
  }
}
