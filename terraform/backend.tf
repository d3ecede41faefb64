# Bucket, key and region come by -backend-config. An override file that names the backend "local" takes the place of all this.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}
