# cdk-nag: CodeBuildProjectEnvVarAwsCred
# flagged by: builds_hold_no_secret

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

    environment_variable {
      name  = "AWS_SECRET_ACCESS_KEY"
      value = "not-a-real-key"
    }
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
