output "names" {
  description = "Names in Secrets Manager, by key."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.name }
}

output "arns" {
  description = "ARNs, by key."
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.arn }
}
