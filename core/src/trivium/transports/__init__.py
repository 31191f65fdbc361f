"""How clients reach the host. The only modules that speak MCP."""
