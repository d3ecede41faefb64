output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of zones."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in the order of zones. They may have no way out yet: a control plane needs none."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "routed_private_subnet_ids" {
  description = "The same, once they have their way out, without which a node cannot join; and until those nodes are gone."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]

  depends_on = [
    aws_route.public,
    aws_route_table_association.public,
    aws_route.private,
    aws_route_table_association.private,
  ]
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways, by zone."
  value       = { for zone, gateway in aws_nat_gateway.this : zone => gateway.id }
}
