# The demo's nodes on spot instances, which AWS may take back; the system's stay on demand.
capacity_type = "SPOT"
