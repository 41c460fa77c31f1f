"""Analysis: what a policy set says as a whole, without any snapshot."""
