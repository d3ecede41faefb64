output "account_id" {
  description = "Account that the lab is in."
  value       = data.aws_caller_identity.current.account_id
}

output "region" {
  description = "Region that the lab is in."
  value       = var.region
}

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = module.eks.cluster_name
}

output "cluster_endpoint" {
  description = "Address of the Kubernetes API server."
  value       = module.eks.cluster_endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate authority of the API server, PEM in base64, as a kubeconfig has it."
  value       = module.eks.cluster_certificate_authority
}

output "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider that vouches for the cluster's service accounts."
  value       = module.eks.oidc_provider_arn
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "public_subnet_ids" {
  description = "Ids of the subnets that internet-facing load balancers get, one a zone."
  value       = module.vpc.public_subnet_ids
}

output "private_subnet_ids" {
  description = "Ids of the subnets that nodes and internal load balancers get, one a zone."
  value       = module.vpc.private_subnet_ids
}

output "node_group_names" {
  description = "Name of each node group in EKS, by its key in node_groups."
  value       = module.eks.node_group_names
}

output "external_secrets_role_arn" {
  description = "ARN of the role that the External Secrets Operator's service account takes."
  value       = module.external_secrets_role.arn
}

output "load_balancer_controller_role_arn" {
  description = "ARN of the role that the AWS Load Balancer Controller's service account takes."
  value       = module.load_balancer_controller_role.arn
}

output "ebs_csi_driver_role_arn" {
  description = "ARN of the role that the EBS CSI driver's service account takes."
  value       = module.ebs_csi_driver_role.arn
}

output "service_accounts" {
  description = "Namespace and name of the service account that each of the roles trusts."
  value       = local.service_accounts
}

output "secrets" {
  description = "Name in Secrets Manager and ARN of each secret, by its key in secrets; no values."
  value = {
    for key, arn in module.secrets.arns : key => { name = module.secrets.names[key], arn = arn }
  }
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the cluster's secrets, Secrets Manager's and the control plane's log."
  value       = module.eks.kms_key_arn
}

output "log_group_name" {
  description = "CloudWatch log group of the control plane."
  value       = module.eks.log_group_name
}

output "tags" {
  description = "Tags of all that belongs to the lab, for what is made later inside the cluster (load balancers)."
  value       = local.tags
}
