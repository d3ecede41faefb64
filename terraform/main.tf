data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "usable" {
  # checkov:skip=CKV_AWS_394: the first zones of the sorted list are taken, and AWS gives a new one the next letter
  state = "available"
  # EKS has no control plane in these, says its user guide on the subnets of a cluster
  exclude_zone_ids = ["use1-az3", "usw1-az2", "cac1-az3"]

  # no local zones and nothing else that an account must ask for
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.names) >= var.zones
      error_message = "${var.region} has ${length(self.names)} zones that EKS can use, and zones asks for ${var.zones}."
    }
  }
}

module "vpc" {
  source = "./modules/vpc"

  name               = var.cluster_name
  cidr               = var.vpc_cidr
  zones              = local.zones
  single_nat_gateway = var.single_nat_gateway
}

module "eks" {
  source = "./modules/eks"

  cluster_name             = var.cluster_name
  kubernetes_version       = var.kubernetes_version
  subnet_ids               = module.vpc.private_subnet_ids
  node_subnet_ids          = module.vpc.routed_private_subnet_ids
  public_access_cidrs      = var.public_access_cidrs
  admin_principal_arns     = var.admin_principal_arns
  node_groups              = local.node_groups
  log_retention_days       = var.log_retention_days
  kms_deletion_window_days = var.kms_deletion_window_days
  ebs_csi_driver_role_arn  = module.ebs_csi_driver_role.arn
  tags                     = local.tags
}

module "secrets" {
  source = "./modules/secrets"

  prefix               = var.cluster_name
  secrets              = var.secrets
  kms_key_arn          = module.eks.kms_key_arn
  recovery_window_days = var.secret_recovery_window_days
}

module "external_secrets_role" {
  source = "./modules/irsa"

  name              = "${var.cluster_name}-external-secrets"
  oidc_provider_arn = module.eks.oidc_provider_arn
  namespace         = local.service_accounts.external_secrets.namespace
  service_account   = local.service_accounts.external_secrets.name
  policies          = { read-secrets = data.aws_iam_policy_document.external_secrets.json }
}

module "load_balancer_controller_role" {
  source = "./modules/irsa"

  name              = "${var.cluster_name}-load-balancers"
  oidc_provider_arn = module.eks.oidc_provider_arn
  namespace         = local.service_accounts.load_balancer_controller.namespace
  service_account   = local.service_accounts.load_balancer_controller.name
  policies          = { manage-load-balancers = data.aws_iam_policy_document.load_balancer_controller.json }
}

module "ebs_csi_driver_role" {
  source = "./modules/irsa"

  name              = "${var.cluster_name}-ebs-csi-driver"
  oidc_provider_arn = module.eks.oidc_provider_arn
  namespace         = local.service_accounts.ebs_csi_driver.namespace
  service_account   = local.service_accounts.ebs_csi_driver.name
  managed_policy_arns = {
    ebs = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
  }
}
