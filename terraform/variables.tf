variable "region" {
  description = "AWS region of the lab."
  type        = string
  default     = "us-west-2"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name, such as us-west-2."
  }
}

variable "environment" {
  description = "The lab's own name, in the tag Environment of all that is made for it."
  type        = string
  default     = "lab"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.environment))
    error_message = "environment must begin with a letter and be at most 20 of a-z, 0-9 and -."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster, and prefix of the names of what belongs to it: unique in the account, as IAM roles have it too."
  type        = string
  default     = "incidentfox-demo"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.cluster_name))
    error_message = "cluster_name must begin with a letter and be at most 40 of a-z, 0-9 and -."
  }
}

variable "tags" {
  description = "Further tags for all that is made."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.tags), ["Project", "ManagedBy", "Environment"])) == 0
    error_message = "tags must not set Project, ManagedBy or Environment: the lab's leftovers are found by them."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC: a private block from /16 to /20. A sixteenth of it goes to each subnet."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(cidrhost(var.vpc_cidr, 0) == split("/", var.vpc_cidr)[0], false)
    error_message = "vpc_cidr must be the first address and the length of an IPv4 block, such as 10.0.0.0/16."
  }

  validation {
    condition     = try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr must be between /16, which is AWS's largest, and /20, so that every subnet has room for the pods of its nodes."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.vpc_cidr))
    error_message = "vpc_cidr must lie in a private range: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "zones" {
  description = "Number of availability zones that the subnets are spread over; EKS wants two or more."
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 2 && var.zones <= 6 && floor(var.zones) == var.zones
    error_message = "zones must be a whole number from 2 to 6: EKS refuses a cluster in a single zone."
  }
}

variable "single_nat_gateway" {
  description = "One NAT gateway for all zones, which is cheaper, instead of one a zone, which outlives the loss of a zone."
  type        = bool
  default     = false
  nullable    = false
}

variable "kubernetes_version" {
  description = "Kubernetes version of control plane and nodes. Its extended support, which costs more, is off: EKS then upgrades the cluster when standard support ends."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.(3[4-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version must be 1.34 or later, written as \"1.35\": earlier ones have left EKS's standard support."
  }
}

variable "public_access_cidrs" {
  description = "Who may reach the Kubernetes API from outside the VPC: the addresses of those who deploy, such as [\"203.0.113.7/32\"]. There is no default, as each lab's is another. With an empty list the API can be reached from inside the VPC only, and so must the deploy's worker be there."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for cidr in coalesce(var.public_access_cidrs, []) : can(regex("^[0-9.]+/[0-9]+$", cidr)) && can(cidrhost(cidr, 0))])
    error_message = "public_access_cidrs must be IPv4 blocks, such as 203.0.113.7/32."
  }

  validation {
    condition     = alltrue([for cidr in coalesce(var.public_access_cidrs, []) : try(tonumber(split("/", cidr)[1]) >= 8, true)])
    error_message = "public_access_cidrs must not open the Kubernetes API to the world (0.0.0.0/0, or anything wider than a /8): name the addresses that need it."
  }
}

variable "admin_principal_arns" {
  description = "IAM roles and users that get the cluster's admin rights besides the one who makes it, who has them anyway."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.admin_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[^*]+$", arn))])
    error_message = "admin_principal_arns must be ARNs of IAM roles or users, without wildcards."
  }
}

variable "instance_types" {
  description = "EC2 instance types (x86_64) of node groups that name none of their own, the preferred one first. With SPOT the more there are, the rarer the interruptions."
  type        = list(string)
  default     = ["t3.medium", "t3a.medium", "t2.medium"]
  nullable    = false

  validation {
    condition     = length(var.instance_types) > 0 && alltrue([for type in var.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])
    error_message = "instance_types must name one or more EC2 instance types, such as t3.medium."
  }

  validation {
    condition     = alltrue([for type in var.instance_types : !can(regex("^([a-z]+[0-9]+g|a1\\.)", type))])
    error_message = "instance_types must be x86_64: Graviton types (t4g, m7g …) do not run the image that the nodes get."
  }
}

variable "capacity_type" {
  description = "ON_DEMAND or SPOT, for node groups that do not say it themselves."
  type        = string
  default     = "ON_DEMAND"

  validation {
    condition     = contains(["ON_DEMAND", "SPOT"], var.capacity_type)
    error_message = "capacity_type must be ON_DEMAND or SPOT."
  }
}

variable "node_groups" {
  description = "Node groups by name. desired_size counts only when a group is made; afterwards it is the scale command's."
  type = map(object({
    desired_size   = number
    min_size       = number
    max_size       = number
    instance_types = optional(list(string))
    capacity_type  = optional(string)
    disk_size_gb   = optional(number, 20)
    labels         = optional(map(string), {})
  }))
  default = {
    # what the rest depends on, and so never on spot instances by a preset
    system = { desired_size = 2, min_size = 2, max_size = 4, capacity_type = "ON_DEMAND", labels = { role = "system" } }
    app    = { desired_size = 6, min_size = 2, max_size = 10, labels = { role = "application" } }
  }
  nullable = false

  validation {
    condition     = length(var.node_groups) > 0 && alltrue([for name in keys(var.node_groups) : can(regex("^[a-z][a-z0-9-]{0,29}$", name))])
    error_message = "node_groups must hold one or more groups, each named by at most 30 of a-z, 0-9 and -."
  }

  validation {
    condition = alltrue([
      for group in values(var.node_groups) :
      group.min_size >= 0 && group.min_size <= group.desired_size && group.desired_size <= group.max_size && group.max_size >= 1
    ])
    error_message = "node_groups: min_size, desired_size and max_size of each must stand in that order, and max_size be 1 or more."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.capacity_type == null || contains(["ON_DEMAND", "SPOT"], coalesce(group.capacity_type, "-"))])
    error_message = "node_groups: capacity_type must be ON_DEMAND or SPOT."
  }

  validation {
    condition = alltrue([
      for group in values(var.node_groups) : group.instance_types == null ? true : length(group.instance_types) > 0 && alltrue([
        for type in group.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type)) && !can(regex("^([a-z]+[0-9]+g|a1\\.)", type))
      ])
    ])
    error_message = "node_groups: instance_types must name one or more x86_64 instance types, such as t3.medium."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.disk_size_gb >= 20 && group.disk_size_gb <= 16384])
    error_message = "node_groups: disk_size_gb must be from 20, which the nodes' image needs, to 16384."
  }
}

variable "demo_namespace" {
  description = "Kubernetes namespace of the demo. The External Secrets Operator reads the secrets as a service account there."
  type        = string
  default     = "otel-demo"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.demo_namespace))
    error_message = "demo_namespace must be a Kubernetes name: at most 63 of a-z, 0-9 and -."
  }
}

variable "secrets" {
  description = "Credentials to make in Secrets Manager, by name. Each becomes a JSON object of the fields that are given and of a random password under password_field. A higher version makes a new password."
  type = map(object({
    description    = string
    fields         = map(string)
    password_field = optional(string, "password")
    version        = optional(number, 1)
  }))
  default = {
    postgres = { description = "Database of the demo", fields = { username = "otelu" } }
    grafana  = { description = "Administrator of Grafana", fields = { admin-user = "admin" }, password_field = "admin-password" }
  }
  nullable = false

  validation {
    condition     = length(var.secrets) > 0 && alltrue([for name in keys(var.secrets) : can(regex("^[a-z][a-z0-9-]{0,39}$", name))])
    error_message = "secrets must hold one or more, each named by at most 40 of a-z, 0-9 and -."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : !contains(keys(secret.fields), secret.password_field)])
    error_message = "secrets: fields must not hold the password: it is made, and neither given nor kept here."
  }
}

variable "secret_recovery_window_days" {
  description = "Days for which a deleted secret can be restored: 7 to 30, or 0 to delete it at once, so that the next deploy finds its name free."
  type        = number
  default     = 0

  validation {
    condition     = var.secret_recovery_window_days == 0 || (var.secret_recovery_window_days >= 7 && var.secret_recovery_window_days <= 30)
    error_message = "secret_recovery_window_days must be 0, or from 7 to 30."
  }
}

variable "kms_deletion_window_days" {
  description = "Days for which the deleted KMS key, and what it encrypted, can be restored: 7 to 30."
  type        = number
  default     = 7

  validation {
    condition     = var.kms_deletion_window_days >= 7 && var.kms_deletion_window_days <= 30
    error_message = "kms_deletion_window_days must be from 7 to 30."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps the control plane's log."
  type        = number
  default     = 7

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch's periods: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365."
  }
}
