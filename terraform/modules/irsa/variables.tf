variable "name" {
  description = "Name of the role."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.name))
    error_message = "name must be at most 64 letters, digits and _+=,.@-, as IAM has it."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of the cluster."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/[^*]+$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must be the ARN of an IAM OIDC provider."
  }
}

variable "namespace" {
  description = "Namespace of the one service account that may take the role."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be the name of one namespace: no wildcards."
  }
}

variable "service_account" {
  description = "Name of the one service account that may take the role."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", var.service_account))
    error_message = "service_account must be the name of one service account: no wildcards."
  }
}

variable "policies" {
  description = "Policies of the role's own, JSON, by name."
  type        = map(string)
  default     = {}
}

variable "managed_policy_arns" {
  description = "AWS's own policies to attach, by any name."
  type        = map(string)
  default     = {}
}
