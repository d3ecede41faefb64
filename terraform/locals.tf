locals {
  # What a sweep by tag finds the lab's leftovers by. What AWS makes on the lab's behalf (instances, volumes, network interfaces) does
  # not get the provider's default tags and is given these.
  tags = merge(var.tags, {
    Project     = "incidentfox"
    ManagedBy   = "terraform"
    Environment = var.environment
  })

  zones = slice(data.aws_availability_zones.usable.names, 0, var.zones)

  node_groups = {
    for name, group in var.node_groups : name => merge(group, {
      instance_types = coalesce(group.instance_types, var.instance_types)
      capacity_type  = coalesce(group.capacity_type, var.capacity_type)
    })
  }

  # Bound by the role's trust to exactly these: whoever installs the operators must use these names.
  service_accounts = {
    external_secrets         = { namespace = var.demo_namespace, name = "external-secrets" }
    load_balancer_controller = { namespace = "kube-system", name = "aws-load-balancer-controller" }
    # the add-on's own name for it
    ebs_csi_driver = { namespace = "kube-system", name = "ebs-csi-controller-sa" }
  }
}
