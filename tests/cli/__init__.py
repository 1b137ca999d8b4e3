"""The console script as a person at a shell, another program and a service manager meet it."""
