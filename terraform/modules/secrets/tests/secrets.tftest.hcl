provider "aws" {
  region = "us-west-2"
}

variables {
  prefix               = "test"
  kms_key_arn          = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
  recovery_window_days = 0
  secrets = {
    postgres = { description = "Database", fields = { username = "otelu" }, password_field = "password", version = 1 }
  }
}

run "made_and_not_kept" {
  assert {
    condition     = output.names == { postgres = "test/postgres" } && aws_secretsmanager_secret.this["postgres"].kms_key_id == var.kms_key_arn
    error_message = "The secret must have the lab's prefix and key."
  }

  assert {
    condition     = aws_secretsmanager_secret.this["postgres"].tags == tomap({ PasswordField = "password" })
    error_message = "A rotation must be told which field it changes."
  }

  assert {
    condition     = aws_secretsmanager_secret_version.this["postgres"].has_secret_string_wo && aws_secretsmanager_secret_version.this["postgres"].secret_string == null
    error_message = "The value must be sent write-only and not be in the state."
  }
}

run "one_entry_more_is_one_secret_more" {
  variables {
    secrets = {
      postgres = { description = "Database", fields = { username = "otelu" }, password_field = "password", version = 1 }
      mail     = { description = "Mail", fields = {}, password_field = "token", version = 1 }
    }
  }

  assert {
    condition     = output.names == { postgres = "test/postgres", mail = "test/mail" }
    error_message = "A further entry must make a further secret."
  }
}

run "a_given_password_is_refused" {
  command = plan

  variables {
    secrets = {
      postgres = { description = "Database", fields = { password = "mine" }, password_field = "password", version = 1 }
    }
  }

  expect_failures = [var.secrets]
}

run "a_window_that_aws_does_not_know_is_refused" {
  command = plan

  variables {
    recovery_window_days = 3
  }

  expect_failures = [var.recovery_window_days]
}
