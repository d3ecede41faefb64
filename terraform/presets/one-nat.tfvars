# One NAT gateway for all zones: where its zone fails, no node reaches the internet.
single_nat_gateway = true
