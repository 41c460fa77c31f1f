"""Decides policies: outcomes of rules, memory, waivers, reasons and the verdict."""
