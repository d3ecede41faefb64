# The demo's nodes on spot instances, of several types so that one that runs short is not the end of all.
capacity_type  = "SPOT"
instance_types = ["t3.medium", "t3a.medium", "t2.medium", "c5.large", "c5a.large"]
