resource "aws_cloudwatch_log_group" "control_plane" {
  # checkov:skip=CKV_AWS_338: a lab lives for hours, and what it logs costs by the month
  # The name that EKS writes to: it would make the group itself, to be kept for ever, if it were not there first.
  name              = "/aws/eks/${var.cluster_name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn

  # CloudWatch asks for the key's policy at once
  depends_on = [aws_kms_key_policy.this]
}

resource "aws_eks_cluster" "this" {
  # checkov:skip=CKV_AWS_38: only the addresses in public_access_cidrs reach it, and variables and tests refuse the world
  # checkov:skip=CKV_AWS_39: who deploys is outside the VPC; an empty public_access_cidrs closes it
  name     = var.cluster_name
  version  = var.kubernetes_version
  role_arn = aws_iam_role.cluster.arn

  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  # the add-ons below take the place of what EKS would install by itself and leave unmanaged
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = length(coalesce(var.public_access_cidrs, [])) > 0
    public_access_cidrs     = length(coalesce(var.public_access_cidrs, [])) > 0 ? var.public_access_cidrs : null
  }

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this.arn
    }
  }

  upgrade_policy {
    support_type = "STANDARD"
  }

  lifecycle {
    precondition {
      condition     = var.public_access_cidrs != null
      error_message = "public_access_cidrs is not set: name the addresses that may reach the Kubernetes API, such as [\"203.0.113.7/32\"] (https://checkip.amazonaws.com shows your own), or [] for an API that only the VPC reaches."
    }
  }

  depends_on = [aws_cloudwatch_log_group.control_plane, aws_iam_role_policy_attachment.cluster]
}

# The group that EKS makes for control plane and nodes, and leaves without our tags.
resource "aws_ec2_tag" "cluster_security_group" {
  for_each = var.tags

  resource_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  key         = each.key
  value       = each.value
}

resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
