"""Training of DeepXRay's models. One package a model, each run as ``python -m deepxray_training.<model>``."""
