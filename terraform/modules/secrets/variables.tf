variable "prefix" {
  description = "First part of the secrets' names: <prefix>/<key>."
  type        = string
}

variable "secrets" {
  description = "Secrets by key: what is known of each, and the field that its random password goes to. A higher version makes a new password."
  type = map(object({
    description    = string
    fields         = map(string)
    password_field = string
    version        = number
  }))

  validation {
    condition     = alltrue([for secret in values(var.secrets) : !contains(keys(secret.fields), secret.password_field)])
    error_message = "fields must not hold the password: it is made, and neither given nor kept here."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts them."
  type        = string
}

variable "recovery_window_days" {
  description = "Days for which a deleted secret can be restored: 7 to 30, or 0 to delete it at once."
  type        = number

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days must be 0, or from 7 to 30."
  }
}
