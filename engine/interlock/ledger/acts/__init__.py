"""What people record in a ledger: attestations, waivers, baselines and re-arms."""
