provider "aws" {
  region = "us-west-2"
}

variables {
  name              = "test-external-secrets"
  oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC"
  namespace         = "otel-demo"
  service_account   = "external-secrets"
  policies          = { look = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
}

run "trusts_one_service_account" {
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC" }
        Condition = {
          StringEquals = {
            "oidc.eks.us-west-2.amazonaws.com/id/ABC:aud" = "sts.amazonaws.com"
            "oidc.eks.us-west-2.amazonaws.com/id/ABC:sub" = "system:serviceaccount:otel-demo:external-secrets"
          }
        }
      }]
    }
    error_message = "The trust must be bound to exactly one service account and to AWS as its audience."
  }

  assert {
    condition     = aws_iam_role_policy.this["look"].role == "test-external-secrets" && length(aws_iam_role_policy_attachment.this) == 0
    error_message = "The role must have the policies that it was given and no others."
  }
}

run "a_wildcard_account_is_refused" {
  command = plan

  variables {
    service_account = "*"
  }

  expect_failures = [var.service_account]
}

run "a_wildcard_namespace_is_refused" {
  command = plan

  variables {
    namespace = "otel-*"
  }

  expect_failures = [var.namespace]
}

run "any_provider_is_refused" {
  command = plan

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/*"
  }

  expect_failures = [var.oidc_provider_arn]
}
