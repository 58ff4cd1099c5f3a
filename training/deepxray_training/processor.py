"""What the processor computes with: times in the cards, and training in bfloat16, hang on it."""

import platform
from pathlib import Path


def has(instructions: str) -> bool:
    """Whether it has an instruction set, by the name that Linux gives it; elsewhere nothing is known to be there."""
    info = Path("/proc/cpuinfo")
    return info.exists() and instructions in info.read_text().split()


def core() -> str:
    """A core by what 8-bit convolutions are fast or slow on (ADR 8): times of different ones do not compare."""
    if not has("avx2"):
        return f"a core of {platform.machine()}"
    width = "AVX-512" if has("avx512f") else "AVX2"
    return f"a core with {width} {'and VNNI' if has('avx512_vnni') or has('avx_vnni') else 'alone'}"
