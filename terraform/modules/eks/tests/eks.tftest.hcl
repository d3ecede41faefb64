provider "aws" {
  region = "us-west-2"
}

variables {
  cluster_name             = "test"
  kubernetes_version       = "1.35"
  subnet_ids               = ["subnet-00000000000000001", "subnet-00000000000000002"]
  node_subnet_ids          = ["subnet-00000000000000001", "subnet-00000000000000002"]
  public_access_cidrs      = ["203.0.113.7/32"]
  admin_principal_arns     = ["arn:aws:iam::123456789012:role/oncall"]
  log_retention_days       = 7
  kms_deletion_window_days = 7
  ebs_csi_driver_role_arn  = "arn:aws:iam::123456789012:role/test-ebs-csi-driver"
  tags                     = { Project = "incidentfox", Environment = "lab" }
  node_groups = {
    app = { desired_size = 2, min_size = 1, max_size = 4, instance_types = ["t3.medium"], capacity_type = "SPOT", disk_size_gb = 20, labels = { role = "application" } }
  }
}

run "closed_but_for_the_named_addresses" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.7/32"])
    error_message = "The API must be reached from the VPC and from the named addresses."
  }

  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.this.arn && aws_kms_key.this.enable_key_rotation
    error_message = "The cluster's secrets must be encrypted with the lab's key, which is rotated."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.control_plane.retention_in_days == 7
    error_message = "All of the control plane's logs must be kept for the time that was said."
  }

  assert {
    condition     = aws_eks_access_policy_association.admin["arn:aws:iam::123456789012:role/oncall"].access_scope[0].type == "cluster"
    error_message = "The named role must administer the cluster."
  }

  assert {
    condition = alltrue([
      for specification in aws_launch_template.this["app"].tag_specifications :
      specification.tags["Project"] == "incidentfox" && specification.tags["Environment"] == "lab"
    ]) && length(aws_launch_template.this["app"].tag_specifications) == 3
    error_message = "Instances, volumes and network interfaces must carry the lab's tags."
  }

  assert {
    condition     = aws_launch_template.this["app"].metadata_options[0].http_tokens == "required" && aws_launch_template.this["app"].block_device_mappings[0].ebs[0].encrypted == "true"
    error_message = "Nodes must want tokens for their metadata and encrypt their disks."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.ebs_csi_driver.configuration_values).controller.extraVolumeTags.Environment == "lab"
    error_message = "Volumes of claims must carry the lab's tags."
  }

  assert {
    condition     = jsondecode(jsondecode(aws_eks_addon.network["vpc-cni"].configuration_values).env.ADDITIONAL_ENI_TAGS).Environment == "lab"
    error_message = "Network interfaces that the nodes' network makes must carry the lab's tags."
  }
}

run "inside_only" {
  command = plan

  variables {
    public_access_cidrs = []
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access == false
    error_message = "Without addresses the API must not be public."
  }
}

run "the_scale_command_is_not_undone" {
  command = plan

  variables {
    node_groups = {
      app = { desired_size = 4, min_size = 1, max_size = 4, instance_types = ["t3.medium"], capacity_type = "SPOT", disk_size_gb = 20, labels = { role = "application" } }
    }
  }

  assert {
    condition     = aws_eks_node_group.this["app"].scaling_config[0].desired_size == 2
    error_message = "The size of a group that is there must be left alone."
  }
}

run "the_world_is_refused" {
  command = plan

  variables {
    public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.public_access_cidrs]
}

run "nobody_said_who" {
  command = plan

  variables {
    public_access_cidrs = null
  }

  expect_failures = [aws_eks_cluster.this]
}
