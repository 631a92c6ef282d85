"""A storm: many edits at once while everything that keeps the indexes current is killed, built anew and rolled back.

`make storm`, or `python -m tests.storm --help`. The sequence of every writer's edits follows from the seed; how they fall
together with each other and with the disturbances does not.
"""
