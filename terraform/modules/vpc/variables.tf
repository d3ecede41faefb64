variable "name" {
  description = "Prefix of the Name tags."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC. A sixteenth of it goes to each subnet."
  type        = string

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15))
    error_message = "cidr must be an IPv4 block that can be cut in sixteen."
  }
}

variable "zones" {
  description = "Names of the availability zones, each of which gets a public and a private subnet."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 8 && length(distinct(var.zones)) == length(var.zones)
    error_message = "zones must be 2 to 8 different zones."
  }
}

variable "single_nat_gateway" {
  description = "One NAT gateway, in the first zone, instead of one a zone."
  type        = bool
}
