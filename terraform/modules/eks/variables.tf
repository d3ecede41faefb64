variable "cluster_name" {
  description = "Name of the cluster, and prefix of what belongs to it."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes version of control plane and nodes."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, in two zones or more, where the control plane puts its network interfaces."
  type        = list(string)
}

variable "node_subnet_ids" {
  description = "Private subnets of the nodes, which must have their way out to the internet."
  type        = list(string)
}

variable "public_access_cidrs" {
  description = "Who may reach the API server from outside the VPC; none: only those inside. null is refused, as nobody has said it."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in coalesce(var.public_access_cidrs, []) : try(tonumber(split("/", cidr)[1]) >= 8, true)])
    error_message = "public_access_cidrs must not open the Kubernetes API to the world."
  }
}

variable "admin_principal_arns" {
  description = "IAM roles and users that get the cluster's admin rights besides the one who makes it."
  type        = list(string)
}

variable "node_groups" {
  description = "Node groups by name."
  type = map(object({
    desired_size   = number
    min_size       = number
    max_size       = number
    instance_types = list(string)
    capacity_type  = string
    disk_size_gb   = number
    labels         = map(string)
  }))
}

variable "log_retention_days" {
  description = "Days for which the control plane's log is kept."
  type        = number
}

variable "kms_deletion_window_days" {
  description = "Days for which the deleted key can be restored."
  type        = number
}

variable "ebs_csi_driver_role_arn" {
  description = "ARN of the role that the EBS CSI driver's service account takes."
  type        = string
}

variable "tags" {
  description = "Tags for what AWS, and not Terraform, makes for the cluster: instances, volumes, network interfaces, a security group."
  type        = map(string)
}
