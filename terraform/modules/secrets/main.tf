# Made anew in every run and kept in none: neither state nor plan nor output ever holds it. Only a run that creates a secret, or raises its
# version, sends one to AWS; so a password that was changed there since stays as it is.
ephemeral "random_password" "this" {
  for_each = var.secrets

  length = 32
  # also written into connection strings and URLs, where other characters would have to be escaped
  special = false
}

resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57: the lab's own workflow rotates them, since the database's own password and its clients must change in step
  for_each = var.secrets

  name                    = "${var.prefix}/${each.key}"
  description             = each.value.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
  # which field a rotation changes
  tags = { PasswordField = each.value.password_field }
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = var.secrets

  secret_id = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo = jsonencode(merge(each.value.fields, {
    (each.value.password_field) = ephemeral.random_password.this[each.key].result
  }))
  secret_string_wo_version = each.value.version
}
