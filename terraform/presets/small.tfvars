# Nodes of 2 GiB: the demo fits, with little to spare.
instance_types = ["t3.small", "t3a.small"]
