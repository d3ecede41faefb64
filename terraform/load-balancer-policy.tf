# What AWS Load Balancer Controller 3.5 calls, as its documentation lists it (kubernetes-sigs/aws-load-balancer-controller v3.5,
# docs/install/iam_policy.json), and less of it: what it changes must carry the tag of this cluster, security groups must be of
# this VPC, and it may look at, but not attach, web firewalls and Shield.
locals {
  elb          = "arn:${data.aws_partition.current.partition}:elasticloadbalancing:${var.region}:${data.aws_caller_identity.current.account_id}"
  ec2          = "arn:${data.aws_partition.current.partition}:ec2:${var.region}:${data.aws_caller_identity.current.account_id}"
  balancers    = ["${local.elb}:loadbalancer/net/*/*", "${local.elb}:loadbalancer/app/*/*"]
  targets      = ["${local.elb}:targetgroup/*/*"]
  listeners    = ["${local.elb}:listener/net/*/*/*", "${local.elb}:listener/app/*/*/*"]
  rules        = ["${local.elb}:listener-rule/net/*/*/*/*", "${local.elb}:listener-rule/app/*/*/*/*"]
  cluster_tag  = "elbv2.k8s.aws/cluster"
  in_this_vpc  = "${local.ec2}:vpc/${module.vpc.vpc_id}"
  owned_by_tag = "aws:ResourceTag/${local.cluster_tag}"
  asked_by_tag = "aws:RequestTag/${local.cluster_tag}"
}

data "aws_iam_policy_document" "load_balancer_controller" {
  # checkov:skip=CKV_AWS_356: the calls of "Look" and "ServiceLinkedRole" know no resources, says the service authorization reference
  # checkov:skip=CKV_AWS_111: as above; whatever can be bound to the cluster's tag is
  statement {
    sid = "Look"
    actions = [
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "cognito-idp:DescribeUserPoolClient",
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeCoipPools",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeIpamPools",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcPeeringConnections",
      "ec2:DescribeVpcs",
      "ec2:GetCoipPoolUsage",
      "ec2:GetSecurityGroupsForVpc",
      "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes",
      "elasticloadbalancing:DescribeListenerCertificates",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "elasticloadbalancing:DescribeTrustStores",
      "iam:GetServerCertificate",
      "iam:ListServerCertificates",
      "shield:DescribeProtection",
      "shield:GetSubscriptionState",
      "waf-regional:GetWebACL",
      "waf-regional:GetWebACLForResource",
      "wafv2:GetWebACL",
      "wafv2:GetWebACLForResource",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ServiceLinkedRole"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "MakeSecurityGroupsInVpc"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = [local.in_this_vpc]
  }

  statement {
    sid       = "MakeSecurityGroups"
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["${local.ec2}:security-group/*"]
    condition {
      test     = "StringEquals"
      variable = local.asked_by_tag
      values   = [var.cluster_name]
    }
  }

  statement {
    sid       = "TagNewSecurityGroups"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2}:security-group/*"]
    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateSecurityGroup"]
    }
    condition {
      test     = "StringEquals"
      variable = local.asked_by_tag
      values   = [var.cluster_name]
    }
  }

  statement {
    sid       = "ChangeOwnSecurityGroups"
    actions   = ["ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags"]
    resources = ["${local.ec2}:security-group/*"]
    condition {
      test     = "StringEquals"
      variable = local.owned_by_tag
      values   = [var.cluster_name]
    }
  }

  # also of the nodes' group, which EKS made and which lets the balancers in
  statement {
    sid       = "ChangeRulesInVpc"
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    resources = ["${local.ec2}:security-group/*"]
    condition {
      test     = "ArnEquals"
      variable = "ec2:Vpc"
      values   = [local.in_this_vpc]
    }
  }

  statement {
    sid       = "MakeBalancers"
    actions   = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
    resources = concat(local.balancers, local.targets)
    condition {
      test     = "StringEquals"
      variable = local.asked_by_tag
      values   = [var.cluster_name]
    }
  }

  statement {
    sid       = "TagNewBalancers"
    actions   = ["elasticloadbalancing:AddTags"]
    resources = concat(local.balancers, local.targets)
    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateTargetGroup", "CreateLoadBalancer"]
    }
    condition {
      test     = "StringEquals"
      variable = local.asked_by_tag
      values   = [var.cluster_name]
    }
  }

  statement {
    sid = "ChangeOwnBalancers"
    actions = [
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyCapacityReservation",
      "elasticloadbalancing:ModifyIpPools",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetIpAddressType",
      "elasticloadbalancing:SetSecurityGroups",
      "elasticloadbalancing:SetSubnets",
    ]
    resources = concat(local.balancers, local.targets)
    condition {
      test     = "StringEquals"
      variable = local.owned_by_tag
      values   = [var.cluster_name]
    }
  }

  statement {
    sid = "ChangeListeners"
    actions = [
      "elasticloadbalancing:AddListenerCertificates",
      "elasticloadbalancing:AddTags",
      "elasticloadbalancing:CreateRule",
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes",
      "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:RemoveListenerCertificates",
      "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetRulePriorities",
    ]
    # their tags come only after them, so that nothing better than their kind can be asked for
    resources = concat(local.listeners, local.rules)
  }
}
