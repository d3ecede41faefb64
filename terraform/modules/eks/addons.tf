locals {
  network_addons = {
    # its second and further network interfaces of a node are not the launch template's to tag
    vpc-cni    = jsonencode({ env = { ADDITIONAL_ENI_TAGS = jsonencode(var.tags) } })
    kube-proxy = null
  }
}

# Versions are EKS's defaults for the cluster's: a later one does not show as drift.
resource "aws_eks_addon" "network" {
  for_each = local.network_addons

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  configuration_values        = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"
}

# Degraded as long as there is no node to run on.
resource "aws_eks_addon" "coredns" {
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = "coredns"
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  depends_on = [aws_eks_node_group.this]
}

resource "aws_eks_addon" "ebs_csi_driver" {
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = "aws-ebs-csi-driver"
  service_account_role_arn    = var.ebs_csi_driver_role_arn
  configuration_values        = jsonencode({ controller = { extraVolumeTags = var.tags } })
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  depends_on = [aws_eks_node_group.this]
}
