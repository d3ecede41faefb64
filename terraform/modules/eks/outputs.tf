output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "cluster_endpoint" {
  description = "Address of the API server."
  value       = aws_eks_cluster.this.endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate authority of the API server, PEM in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of the cluster."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "node_group_names" {
  description = "Names of the node groups, by key."
  value       = { for key, group in aws_eks_node_group.this : key => group.node_group_name }
}

output "kms_key_arn" {
  description = "ARN of the lab's key, once its policy is in force."
  value       = aws_kms_key.this.arn

  depends_on = [aws_kms_key_policy.this]
}

output "log_group_name" {
  description = "CloudWatch log group of the control plane."
  value       = aws_cloudwatch_log_group.control_plane.name
}
