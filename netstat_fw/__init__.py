"""Read captured netstat text and work out which firewall fits the host."""
