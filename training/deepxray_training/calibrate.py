"""Temperature and threshold of a confidence, on hands set aside from training."""

import numpy as np


def log_loss(logit: np.ndarray, truth: np.ndarray) -> float:
    """Mean cross-entropy of logits against 0/1."""
    return float(np.mean(np.logaddexp(0, logit) - logit * truth))


def temperature(logit: np.ndarray, truth: np.ndarray) -> float:
    return float(min(np.exp(np.linspace(np.log(0.4), np.log(4), 60)), key=lambda t: log_loss(logit / t, truth)))


def threshold(probability: np.ndarray, present: np.ndarray, most_missed: float) -> float:
    """The highest threshold (0.05-0.95) that calls at most the share ``most_missed`` of the joints that are there missing."""
    steps = np.arange(0.05, 0.951, 0.01)
    allowed = [t for t in steps if (probability[present] < t).mean() <= most_missed]
    return float(allowed[-1]) if allowed else 0.05
