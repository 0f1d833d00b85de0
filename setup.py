"""The one part of the project that is compiled, where there is a compiler: the kernel of the packed index.

It is plain C behind a plain interface, with nothing of Python in it, loaded by `screening/index/packed/compiled.py`. Where it
cannot be built, installation goes on and the portable kernel gives the same matches, more slowly.
"""

from pathlib import Path

from setuptools import Extension, setup

KERNEL = Path("screening") / "index" / "packed" / "kernel"

setup(
    ext_modules=[
        Extension(
            "screening.index.packed._kernel",
            sources=sorted(str(path) for path in KERNEL.glob("*.c")),
            depends=sorted(str(path) for path in KERNEL.glob("*.h")),
            extra_compile_args=["-O3"],
            libraries=["m"],
            optional=True,
        )
    ]
)
