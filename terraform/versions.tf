terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    random = {
      source = "hashicorp/random"
      # 3.7 brought the ephemeral random_password
      version = "~> 3.7"
    }
  }
}
