"""Holds a private key (PEM file) with `cryptography`: `sign` has signed with it, `numbers` has its integers too."""

import gc
import sys
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

with open(sys.argv[2], "rb") as file:
    key = load_pem_private_key(file.read(), None)
for _ in range(20):
    key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
if sys.argv[1] == "numbers":
    numbers = key.private_numbers()
gc.collect()
print("ready", flush=True)
time.sleep(600)
