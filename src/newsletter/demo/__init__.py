"""The whole day on the fictional sample newsroom."""
