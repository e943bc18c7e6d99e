"""Every act a user can do; the Python API, the command line and the pages call these and nothing else."""
