"""
Makes a key with PyCryptodome, or reads one (PEM file, third argument), signs with it, and holds it.

Prints a made one masked: no copy of a secret is to be there that the library did not leave.
"""

import gc
import importlib
import sys
import time

backend, curve = sys.argv[1:3]


class Refuse:
    """An import hook: without GMP, and without its own C code too, numbers are CPython's."""

    refused = {"gmp": [], "custom": ["_IntegerGMP"], "native": ["_IntegerGMP", "_IntegerCustom"]}[backend]

    def find_spec(self, name, path=None, target=None):
        if name.rpartition(".")[2] in self.refused:
            raise ImportError(name)
        return None


sys.meta_path.insert(0, Refuse())
used = importlib.import_module("Cryptodome.Math.Numbers").Integer.__name__
assert used.lower() == "integer" + backend, used

from Cryptodome.Hash import SHA256  # noqa: E402
from Cryptodome.PublicKey import ECC  # noqa: E402
from Cryptodome.Signature import DSS, eddsa  # noqa: E402

if len(sys.argv) > 3:
    with open(sys.argv[3], "rb") as file:
        key = ECC.import_key(file.read())
else:
    key = ECC.generate(curve=curve)
for i in range(20):
    text = b"%d" % i
    if curve == "Ed25519":
        eddsa.new(key, "rfc8032").sign(text)
    else:
        DSS.new(key, "fips-186-3").sign(SHA256.new(text))
if curve == "Ed25519":
    mask = bytes(byte ^ 0x5A for byte in key.seed).hex()
else:
    mask = str(key.d * 3)
gc.collect()
print("masked", mask, "ready", flush=True)
time.sleep(600)
