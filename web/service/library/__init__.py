"""The library: workflows with every version, links that show them to others, templates to begin with."""
