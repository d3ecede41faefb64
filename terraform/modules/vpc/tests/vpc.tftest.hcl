provider "aws" {
  region = "us-west-2"
}

variables {
  name               = "test"
  cidr               = "10.0.0.0/16"
  zones              = ["us-west-2a", "us-west-2b"]
  single_nat_gateway = false
}

run "a_gateway_for_each_zone" {
  assert {
    condition     = length(output.public_subnet_ids) == 2 && length(output.private_subnet_ids) == 2 && length(output.nat_gateway_ids) == 2
    error_message = "Each zone must have two subnets and a NAT gateway."
  }

  assert {
    condition     = alltrue([for zone, route in aws_route.private : route.nat_gateway_id == output.nat_gateway_ids[zone]])
    error_message = "Each zone must leave by its own gateway."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : subnet.tags["kubernetes.io/role/elb"] == "1" && subnet.map_public_ip_on_launch == false])
    error_message = "Public subnets must be tagged for load balancers, and give nobody a public address."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.private : subnet.tags["kubernetes.io/role/internal-elb"] == "1"])
    error_message = "Private subnets must be tagged for internal load balancers."
  }

  assert {
    condition     = aws_subnet.public["us-west-2b"].cidr_block == "10.0.16.0/20" && aws_subnet.private["us-west-2b"].cidr_block == "10.0.144.0/20"
    error_message = "Public blocks must be counted from the first, private ones from the ninth."
  }

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "The default security group must have no rules."
  }
}

run "a_third_zone_moves_nobody" {
  command = plan

  variables {
    zones = ["us-west-2a", "us-west-2b", "us-west-2c"]
  }

  assert {
    condition     = aws_subnet.public["us-west-2b"].cidr_block == "10.0.16.0/20" && aws_subnet.private["us-west-2b"].cidr_block == "10.0.144.0/20"
    error_message = "A further zone must leave the blocks of the others as they are."
  }
}

run "one_gateway_for_all" {
  variables {
    single_nat_gateway = true
  }

  assert {
    condition     = length(output.nat_gateway_ids) == 1 && length(aws_eip.nat) == 1
    error_message = "There must be one NAT gateway, with one address."
  }

  assert {
    condition     = alltrue([for route in aws_route.private : route.nat_gateway_id == output.nat_gateway_ids["us-west-2a"]])
    error_message = "All zones must leave by it."
  }
}

run "a_single_zone_is_refused" {
  command = plan

  variables {
    zones = ["us-west-2a"]
  }

  expect_failures = [var.zones]
}

run "a_block_that_is_none_is_refused" {
  command = plan

  variables {
    cidr = "10.0.0.0/30"
  }

  expect_failures = [var.cidr]
}
