# Nodes of 2 GiB and 11 pods each: the demo fits, with little to spare.
instance_types = ["t3.small", "t3a.small", "t2.small"]
