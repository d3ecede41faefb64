locals {
  # A zone more or less leaves the others' blocks as they are: public ones are counted from 0, private ones from 8.
  public_cidrs  = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, 4, index) }
  private_cidrs = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, 4, index + 8) }
  nat_zones     = var.single_nat_gateway ? slice(var.zones, 0, 1) : var.zones
}

resource "aws_vpc" "this" {
  # checkov:skip=CKV2_AWS_11: flow logs cost more than they tell of a lab that lives for hours and holds nobody's data
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# Taken over from AWS and without a rule: what is put there by mistake reaches nothing.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default-closed" }
}

resource "aws_subnet" "public" {
  for_each = local.public_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_subnet" "private" {
  for_each = local.private_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
  }
}
