"""Search without Flask: what is asked (`criteria`), how it is understood (`plan`), the engines, what is shown (`service`)."""
