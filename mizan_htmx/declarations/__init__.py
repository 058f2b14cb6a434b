"""What ``@client`` declares: functions and contexts, their types, and the graph between them."""
