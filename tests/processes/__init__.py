"""Processes that die, are asked to stop, or take over: real ones, from the command line."""
